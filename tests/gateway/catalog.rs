//! Stories of catalogs: imported by the command line, asked for as the functions of OCI do.

use std::process::Output;

use proptest::prelude::*;
use punchgate::catalog::article::Article;
use punchgate::store::catalog::{self, Change, Hits, Start};
use punchgate::store::{Connection, DatabaseUrl, Store, StoreError};

use crate::support::{Installation, on_both_databases};

const SETUP: &str = r#"
[[shop]]
slug = "acme"
name = "Acme Tools"
website = "https://shop.acme.example"
connector = { kind = "redirect", entry_url = "https://shop.acme.example/enter" }
api_key = "shop-key-for-tests-0123456789"

[[shop]]
slug = "other"
name = "Other"
website = "https://other.example"
connector = { kind = "redirect", entry_url = "https://other.example/enter" }
api_key = "another-key-for-tests-0123456789"
"#;

const TOOLS: &str = "product_id,name,price_net,currency,ean,manufacturer_part,scale_prices
SW-10001,Sechskantschraube M8x40 verzinkt,12.50,EUR,4006381333931,HB-M8,100:11.90
SW-10002,Sechskantschraube M8x60 rostfrei,14.50,EUR,,,
SW-10003,Schraube für Holz,2.50,EUR,,,
SW-10004,Schraubenschlüssel 13 mm,9.90,EUR,,,
SW-10005,Unterlegscheibe M8 verzinkt,0.10,EUR,,,
SW-10006,Zubehör zu SW-10001,1.00,EUR,,,
";

/// A shop, its catalog, and the database asked directly.
struct Catalogs {
    installation: Installation,
    store: Store,
    runtime: tokio::runtime::Runtime,
    shop: String,
}

impl Catalogs {
    fn of(installation: Installation) -> Self {
        installation.apply(SETUP);
        let store = Store::open(&DatabaseUrl::read(&installation.database_url).expect("a URL")).expect("a database");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let shop = runtime
            .block_on(store.read(|c| punchgate::store::shops::find_by_slug(c, "acme")))
            .expect("shops")
            .expect("a shop");
        Self { installation, store, runtime, shop: shop.id }
    }

    fn try_import(&self, name: &str, content: &str, options: &[&str]) -> Output {
        let path = self.installation.file(name, content);
        let path = path.to_str().expect("a path");
        self.installation.try_punchgate(&[&["catalog", "import", "--shop", "acme", path], options].concat())
    }

    fn import(&self, name: &str, content: &str, options: &[&str]) -> String {
        let output = self.try_import(name, content, options);
        assert!(output.status.success(), "{}", stderr(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection, &str) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        let shop = self.shop.clone();
        self.runtime.block_on(self.store.read(move |c| job(c, &shop))).expect("an answer")
    }

    fn find(&self, product_id: &str) -> Option<Article> {
        let product_id = product_id.to_owned();
        self.ask(move |c, shop| catalog::find(c, shop, &product_id))
    }

    fn search(&self, text: &str, limit: i64) -> Hits {
        let text = text.to_owned();
        self.ask(move |c, shop| catalog::search(c, shop, &text, limit))
    }

    fn found(&self, text: &str) -> Vec<String> {
        self.search(text, 100).articles.into_iter().map(|article| article.product_id).collect()
    }

    fn version(&self) -> i64 {
        self.ask(catalog::version).map_or(0, |version| version.version)
    }

    fn page(&self, version: i64) -> Vec<String> {
        let page = self.ask(move |c, shop| catalog::page(c, shop, version, Start::Offset(0), 100));
        page.into_iter().map(|article| article.product_id).collect()
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_import_brings_articles_and_says_what_it_did() {
    on_both_databases(|installation| {
        let catalogs = Catalogs::of(installation);
        let said = catalogs.import("tools.csv", TOOLS, &[]);
        assert_eq!(
            said,
            "6 new, 0 changed, 0 unchanged, 0 removed, 0 skipped\nversion 1 with 6 articles is in force\n"
        );
        let bolt = catalogs.find("SW-10001").expect("the bolt");
        assert_eq!(bolt.price(100.into()).expect("a price").net.to_string(), "11.90");
        assert_eq!(catalogs.find("sw-10001"), None, "a number is exact");
        assert_eq!(catalogs.find("SW-1\0"), None);

        // The same again, one changed, one gone, one new.
        let changed = TOOLS.replace("14.50", "15.00").replace("SW-10006,Zubehör", "SW-10007,Anderes");
        let said = catalogs.import("tools.csv", &changed, &[]);
        assert!(said.starts_with("1 new, 1 changed, 4 unchanged, 1 removed, 0 skipped\n"), "{said}");
        assert_eq!(catalogs.find("SW-10006"), None);

        // An update knows only what it names.
        let said =
            catalogs.import("one.csv", "product_id,name,price_net,currency\nNEW,Neu,1,EUR\n", &["--incremental"]);
        assert!(said.starts_with("1 new, 0 changed, 0 unchanged, 0 removed, 0 skipped\nversion 3 with 7"), "{said}");
        let shown = catalogs.installation.punchgate(&["catalog", "show", "--shop", "acme"]);
        assert!(shown.starts_with("version 3 with 7 articles is in force\n"), "{shown}");
        assert!(shown.contains("tools.csv: 1 new, 1 changed, 4 unchanged, 1 removed"), "{shown}");
        // Another shop has nothing of it.
        let shown = catalogs.installation.punchgate(&["catalog", "show", "--shop", "other"]);
        assert_eq!(shown.trim(), "nothing was imported yet");
        let log = String::from_utf8_lossy(&catalogs.installation.stored()).into_owned();
        assert!(log.contains("imported"), "the audit log has it");
    });
}

#[test]
fn the_examples_are_imported_as_they_are() {
    on_both_databases(|installation| {
        let catalogs = Catalogs::of(installation);
        for (name, articles) in [("catalog.csv", "3 articles"), ("catalog.bmecat.xml", "articles")] {
            let path = format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"));
            let said = catalogs.installation.punchgate(&["catalog", "import", "--shop", "acme", &path]);
            assert!(said.contains(articles), "{name}: {said}");
        }
    });
}

#[test]
fn every_version_stays_as_it_was_and_tells_what_changed_since() {
    on_both_databases(|installation| {
        let catalogs = Catalogs::of(installation);
        catalogs.import("tools.csv", TOOLS, &[]);
        let changed = TOOLS.replace("14.50", "15.00").replace("SW-10006,Zubehör", "SW-10007,Anderes");
        catalogs.import("tools.csv", &changed, &[]);
        catalogs.import("tools.csv", &changed.replace("0.10", "0.20"), &[]);
        assert_eq!(catalogs.page(1).last().map(String::as_str), Some("SW-10006"));
        assert_eq!(catalogs.page(2).last().map(String::as_str), Some("SW-10007"));
        let after = catalogs.ask(|c, shop| catalog::page(c, shop, 1, Start::After("SW-10004"), 1));
        assert_eq!(after[0].product_id, "SW-10005");
        assert_eq!(after[0].prices[0].net.to_string(), "0.10", "as it was then");
        let offset = catalogs.ask(|c, shop| catalog::page(c, shop, 2, Start::Offset(5), 10));
        assert_eq!(offset.len(), 1);

        let changes = |from: i64, to: i64| {
            let changes = catalogs.ask(move |c, shop| catalog::changed(c, shop, from, to, Start::Offset(0), 100));
            let counted = catalogs.ask(move |c, shop| catalog::count_changed(c, shop, from, to));
            assert_eq!(counted, i64::try_from(changes.len()).expect("few"));
            let told = |change: Change| match change {
                Change::Present(article) => format!("+{}", article.product_id),
                Change::Gone(product_id) => format!("-{product_id}"),
            };
            changes.into_iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(changes(1, 2), ["+SW-10002", "-SW-10006", "+SW-10007"]);
        assert_eq!(changes(2, 3), ["+SW-10005"]);
        assert_eq!(changes(1, 3), ["+SW-10002", "+SW-10005", "-SW-10006", "+SW-10007"]);
        assert_eq!(changes(3, 3), Vec::<String>::new());
        let times: Vec<i64> = catalogs.ask(catalog::list_versions).iter().map(|version| version.since).collect();
        let at = |time: i64| catalogs.ask(move |c, shop| catalog::version_at(c, shop, time)).map(|v| v.version);
        assert_eq!((at(times[2] - 1), at(times[2]), at(times[1]), at(i64::MAX)), (None, Some(1), Some(2), Some(3)));

        // What ended more than a week ago goes with the next import; what ended later stays.
        catalogs.installation.sql("UPDATE catalog_versions SET since = since - 800000000000 WHERE version < 3");
        catalogs.import("tools.csv", &changed, &[]);
        assert_eq!(at(0), None);
        assert_eq!(catalogs.page(2).len(), 6, "it ended just now");
        assert!(!catalogs.page(1).contains(&"SW-10006".to_owned()));
        assert_eq!(catalogs.found("Zubehör"), Vec::<String>::new());
    });
}

#[test]
fn a_faulty_file_changes_nothing_unless_its_faults_shall_be_skipped() {
    on_both_databases(|installation| {
        let catalogs = Catalogs::of(installation);
        catalogs.import("tools.csv", TOOLS, &[]);
        let faulty = format!("{}SW-10001,Noch einmal,1,EUR,,,\n", TOOLS.replace("14.50", "teuer"));
        let refused = catalogs.try_import("faulty.csv", &faulty, &[]);
        assert!(!refused.status.success());
        let said = stderr(&refused);
        assert!(
            said.contains("faulty.csv: line 3: article \"SW-10002\": price_net: \"teuer\" is not a decimal"),
            "{said}"
        );
        assert!(said.contains("1 faults; nothing was changed"), "{said}");
        assert_eq!(catalogs.version(), 1);

        let list = catalogs.installation.file("faults.csv", "");
        let list = list.to_str().expect("a path");
        let said = catalogs.import("faulty.csv", &faulty, &["--on-fault", "skip", "--faults", list]);
        assert!(said.starts_with("0 new, 0 changed, 5 unchanged, 1 removed, 2 skipped"), "{said}");
        let faults = std::fs::read_to_string(list).expect("the faults");
        assert!(faults.starts_with("line,product_id,field,message\n3,SW-10002,price_net,"), "{faults}");
        assert!(faults.contains("8,SW-10001,,It stands in the file twice"), "{faults}");
        assert_eq!(catalogs.find("SW-10002"), None);
        assert_eq!(catalogs.find("SW-10001").expect("the first one").texts[0].name, "Sechskantschraube M8x40 verzinkt");
    });
}

#[test]
fn an_import_that_dies_leaves_the_old_catalog_and_the_next_one_clears_up() {
    on_both_databases(|installation| {
        let catalogs = Catalogs::of(installation);
        catalogs.import("tools.csv", TOOLS, &[]);
        // What a killed import leaves: a row of the version to come, closed rows, and its claim.
        let (number, shop) =
            catalogs.ask(|c, shop| Ok((catalog::of_shop(c, shop)?.map(|known| known.number), shop.to_owned())));
        let number = number.expect("a catalog");
        catalogs.installation.sql(&format!(
            "INSERT INTO catalog_articles (id, catalog, product_id, since, until, digest, numbers, title, words) VALUES (({number} * 1099511627776) + 1000, {number}, 'GHOST', 2, 9223372036854775807, 1, ' ghost ', ' ^ ghost ', ' ')"
        ));
        catalogs.installation.sql("UPDATE catalog_articles SET until = 2 WHERE product_id = 'SW-10003'");
        catalogs.installation.sql("UPDATE catalogs SET import_id = 'DEAD', import_touched_at = 0, next_row = 1001");
        assert!(catalogs.find("SW-10003").is_some() && catalogs.find("GHOST").is_none(), "of {shop}");
        assert_eq!(catalogs.found("ghost"), Vec::<String>::new());
        let said = catalogs.import("tools.csv", TOOLS, &[]);
        assert!(said.starts_with("0 new, 0 changed, 6 unchanged, 0 removed"), "{said}");
        assert!(catalogs.find("GHOST").is_none());
    });
}

#[test]
fn of_two_imports_at_once_the_second_is_refused() {
    on_both_databases(|installation| {
        let catalogs = Catalogs::of(installation);
        catalogs.import("tools.csv", TOOLS, &[]);
        let now = punchgate::clock::Clock::System.now();
        catalogs.installation.sql(&format!("UPDATE catalogs SET import_id = 'BUSY', import_touched_at = {now}"));
        let refused = catalogs.try_import("tools.csv", TOOLS, &[]);
        assert!(stderr(&refused).contains("another import into this catalog is running"), "{}", stderr(&refused));
        assert_eq!(catalogs.version(), 1);
        let shown = catalogs.installation.punchgate(&["catalog", "show", "--shop", "acme"]);
        assert!(shown.contains("an import is running, or was stopped"), "{shown}");
    });
}

#[test]
fn a_truncated_file_does_not_empty_the_catalog() {
    on_both_databases(|installation| {
        let catalogs = Catalogs::of(installation);
        let row = |n: usize| format!("A{n},Mutter {n},1,EUR\n");
        let whole: String =
            std::iter::once("product_id,name,price_net,currency\n".to_owned()).chain((0..50).map(row)).collect();
        catalogs.import("all.csv", &whole, &[]);
        let half: String = whole.lines().take(20).map(|line| format!("{line}\n")).collect();
        let refused = catalogs.try_import("all.csv", &half, &[]);
        assert!(
            stderr(&refused).contains("would remove 31 of 50 articles; nothing was changed"),
            "{}",
            stderr(&refused)
        );
        let empty = catalogs.try_import("all.csv", "product_id,name,price_net\n", &[]);
        assert!(stderr(&empty).contains("holds no article"), "{}", stderr(&empty));
        let cut =
            catalogs.try_import("cut.xml", "<BMECAT><T_NEW_CATALOG><ARTICLE><SUPPLIER_AID>A1</SUPPLIER_AID>", &[]);
        assert!(stderr(&cut).contains("not complete"), "{}", stderr(&cut));
        assert_eq!(catalogs.page(1).len(), 50);
        let said = catalogs.import("all.csv", &half, &["--allow-shrink"]);
        assert!(said.contains("31 removed"), "{said}");
    });
}

#[test]
fn bmecat_updates_change_prices_and_remove_articles() {
    on_both_databases(|installation| {
        let catalogs = Catalogs::of(installation);
        catalogs.import("tools.csv", TOOLS, &[]);
        let update = |transaction: &str, articles: &str| {
            format!(
                "<?xml version=\"1.0\"?><BMECAT version=\"1.2\"><HEADER><CATALOG><CURRENCY>EUR</CURRENCY></CATALOG></HEADER><{transaction}>{articles}</{transaction}></BMECAT>"
            )
        };
        let price = |number: &str| {
            format!(
                "<ARTICLE mode=\"update\"><SUPPLIER_AID>{number}</SUPPLIER_AID><ARTICLE_PRICE_DETAILS><ARTICLE_PRICE price_type=\"net_list\"><PRICE_AMOUNT>9.99</PRICE_AMOUNT></ARTICLE_PRICE></ARTICLE_PRICE_DETAILS></ARTICLE>"
            )
        };
        let said = catalogs.import("prices.xml", &update("T_UPDATE_PRICES", &price("SW-10001")), &[]);
        assert!(said.starts_with("0 new, 1 changed, 0 unchanged, 0 removed"), "{said}");
        let bolt = catalogs.find("SW-10001").expect("the bolt");
        assert_eq!((bolt.prices.len(), bolt.prices[0].net.to_string().as_str()), (1, "9.99"));
        assert_eq!(bolt.texts[0].name, "Sechskantschraube M8x40 verzinkt");
        let unknown = catalogs.try_import("prices.xml", &update("T_UPDATE_PRICES", &price("NEW")), &[]);
        assert!(stderr(&unknown).contains("article \"NEW\": It is not in the catalog"), "{}", stderr(&unknown));
        let gone = "<ARTICLE mode=\"delete\"><SUPPLIER_AID>SW-10001</SUPPLIER_AID></ARTICLE>";
        let said = catalogs.import("update.xml", &update("T_UPDATE_PRODUCTS", gone), &[]);
        assert!(said.starts_with("0 new, 0 changed, 0 unchanged, 1 removed, 0 skipped\nversion 3 with 5"), "{said}");
        assert_eq!(catalogs.find("SW-10001"), None);
        assert_eq!(catalogs.found("SW-10001"), ["SW-10006"], "only its accessory names it still");
    });
}

#[test]
fn a_search_finds_parts_of_words_and_numbers_first() {
    on_both_databases(|installation| {
        let catalogs = Catalogs::of(installation);
        catalogs.import("tools.csv", TOOLS, &[]);
        // Names that begin so, then those that hold it.
        assert_eq!(catalogs.found("schraube"), ["SW-10003", "SW-10004", "SW-10001", "SW-10002"]);
        // The number itself before the article that only names it; with and without signs, and other numbers.
        assert_eq!(catalogs.found("SW-10001"), ["SW-10001", "SW-10006"]);
        for number in ["sw10001", "sw 10001", "4006381333931", "4006 3813 33931", "hb-m8", "HBM8"] {
            assert_eq!(catalogs.found(number).first().map(String::as_str), Some("SW-10001"), "{number}");
        }
        // All words, then some of them.
        assert_eq!(catalogs.found("verzinkt m8"), ["SW-10005", "SW-10001"]);
        assert_eq!(catalogs.found("schraube rostfrei"), ["SW-10002", "SW-10003", "SW-10004", "SW-10001"]);
        // Umlauts as they are, as two letters, and without dots.
        for text in ["schraubenschlüssel", "SCHRAUBENSCHLUESSEL", "schraubenschlussel", "Schraubenschlu\u{308}ssel"] {
            assert_eq!(catalogs.found(text).first().map(String::as_str), Some("SW-10004"), "{text}");
        }
        // Typing mistakes: a letter too few, another one, two that changed places.
        for text in ["unterlgscheibe", "unterlagscheibe", "untrelegscheibe"] {
            assert_eq!(catalogs.found(text), ["SW-10005"], "{text}");
        }
        assert_eq!(catalogs.found("sechskantschrube m8x60")[0], "SW-10002");
        // One mistake, in words of any length: changed places, a letter wrong, missing, too many.
        for mistyped in ["scharube", "schrabe", "schrxube", "schrauube"] {
            assert_eq!(catalogs.search(mistyped, 10).total, 4, "{mistyped}");
        }
        for nothing in ["", "   ", "%", "_", "'\"*", "xylophon", "\0"] {
            assert_eq!(catalogs.search(nothing, 10), Hits::default(), "{nothing:?}");
        }
        let said =
            catalogs.installation.punchgate(&["catalog", "search", "--shop", "acme", "--limit", "1", "Schraube"]);
        assert!(said.starts_with("SW-10003  Schraube für Holz  2.50 EUR\n1 of 4 articles, in "), "{said}");
        let capped = catalogs.search("schraube", 1);
        assert_eq!((capped.articles.len(), capped.total), (1, 4));
        assert_eq!(catalogs.search("schraube", 0).total, 4);
    });
}

#[test]
fn no_search_text_is_an_error() {
    on_both_databases(|installation| {
        let catalogs = Catalogs::of(installation);
        catalogs.import("tools.csv", TOOLS, &[]);
        let mut texts: Vec<String> = [
            "\"",
            "a\" OR \"b",
            "NEAR(a b)",
            "a AND",
            "^a*",
            "col:a",
            "-a",
            "'; DROP TABLE shops; --",
            "%%",
            "a_b%",
            "\\",
            "$1",
            "?",
        ]
        .map(str::to_owned)
        .to_vec();
        texts.push("schraube ".repeat(10_000));
        let mut runner =
            proptest::test_runner::TestRunner::new(ProptestConfig { cases: 200, ..ProptestConfig::default() });
        let mixed = prop_oneof!["\\PC{0,40}", ".{0,300}", "[a-z0-9 \"'*%_^():+-]{0,60}"];
        let run = runner.run(&mixed, |text| {
            let hits = catalogs.search(&text, 5);
            prop_assert!(i64::try_from(hits.articles.len()).expect("few") <= hits.total);
            Ok(())
        });
        run.expect("every text is searched");
        for text in texts {
            catalogs.search(&text, 5);
        }
    });
}
