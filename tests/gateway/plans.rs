//! The list of punchouts with 100,000 of them: every query it asks is planned over an index that gives its order,
//! so that no page reads more than its own rows. Asserted on the plans that the databases make, not on seconds.

use std::sync::{Arc, Mutex};

use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use punchgate::account::Reach;
use punchgate::punchout::journal::{self, Filter, State};
use punchgate::store::{Connection, DatabaseUrl, Store, StoreError};

use crate::support::{Installation, on_both_databases};

/// 100,000 punchouts and as many refused calls of two shops with three systems and 1,000 customers, in every state.
fn fill(installation: &Installation) {
    let numbers = if installation.database_url.starts_with("sqlite:") {
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)"
    } else {
        "WITH numbers (n) AS (SELECT * FROM generate_series(1, 100000))"
    };
    let digest = if installation.database_url.starts_with("sqlite:") { "CAST(n AS BLOB)" } else { "n::text::bytea" };
    let padded = |prefix: &str, number: &str| {
        if installation.database_url.starts_with("sqlite:") {
            format!("'{prefix}' || substr('0000000' || CAST({number} AS TEXT), -7)")
        } else {
            format!("'{prefix}' || lpad(CAST({number} AS TEXT), 7, '0')")
        }
    };
    let state = "CASE n % 50 WHEN 0 THEN 'closed' WHEN 1 THEN 'expired' WHEN 2 THEN 'open' WHEN 3 THEN 'in_shop' ELSE 'returned' END";
    let shop = "CASE n % 3 WHEN 0 THEN 'SHOP2' ELSE 'SHOP1' END";
    let system = "'SYSTEM' || CAST(n % 3 AS TEXT)";
    let punchout = padded("01J9ZK3W8R5T2Q4M6N8", "n");
    let refusal = padded("01J9ZK3W8R5T2Q4M6N9", "n");
    let customer = padded("CUSTOMER", "n % 1000");
    for statement in [
        "INSERT INTO shops (id, slug, name, website, account_id, connector, created_at) VALUES ('SHOP1', 'one', 'One', 'https://one.example', NULL, '{}', 1), ('SHOP2', 'two', 'Two', 'https://two.example', NULL, '{}', 1)".to_owned(),
        "INSERT INTO systems (id, shop_id, slug, name, active, settings, created_at) VALUES ('SYSTEM0', 'SHOP2', 'zero', 'Zero', TRUE, '{}', 1), ('SYSTEM1', 'SHOP1', 'one', 'One', TRUE, '{}', 1), ('SYSTEM2', 'SHOP1', 'two', 'Two', TRUE, '{}', 1)".to_owned(),
        format!("{numbers} INSERT INTO customers (id, shop_id, number, email, email_folded, password_hash, active, created_at) SELECT {}, CASE n % 3 WHEN 0 THEN 'SHOP2' ELSE 'SHOP1' END, CAST(n AS TEXT), n || '@b.example', n || '@b.example', '', TRUE, 1 FROM numbers WHERE n < 1000", padded("CUSTOMER", "n")),
        format!("{numbers} INSERT INTO punchouts (id, shop_id, system_id, system_slug, customer_id, customer_number, customer_email, state, entry_digest, entry_expires_at, call, opened_at, ended_at, expires_at) SELECT {punchout}, {shop}, {system}, 'one', {customer}, '1', 'b@b.example', {state}, {digest}, 1, '{{}}', 1, CASE WHEN n % 50 IN (2, 3) THEN NULL ELSE 2 END, 1 FROM numbers"),
        format!("{numbers} INSERT INTO refusals (id, happened_at, reference, code, arguments, faults, step, shop_id, system_id, system_slug, customer_id, method, address, parameters, took) SELECT {refusal}, 1, 'A000-' || substr({}, 4), 'login-wrong', '{{}}', '[]', CASE n % 10 WHEN 0 THEN 'cart' ELSE 'call' END, CASE n % 20 WHEN 0 THEN NULL ELSE {shop} END, {system}, 'one', {customer}, 'POST', '127.0.0.1', '[]', 1 FROM numbers", padded("", "n")),
        "ANALYZE".to_owned(),
    ] {
        installation.sql(&statement);
    }
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Has the plans of what a job asks of punchouts and refusals explained by the database itself.
fn plans(c: &mut Connection, tables: &[&str], job: impl FnOnce(&mut Connection)) -> Vec<(String, String)> {
    let asked = Arc::new(Mutex::new(Vec::<String>::new()));
    let notes = asked.clone();
    let note = move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            notes.lock().expect("the notes").push(query.to_string());
        }
    };
    match c {
        Connection::Sqlite(c) => c.set_instrumentation(note),
        Connection::Postgres(c) => c.set_instrumentation(note),
    }
    job(c);
    match c {
        Connection::Sqlite(c) => c.set_instrumentation(|_: InstrumentationEvent<'_>| {}),
        Connection::Postgres(c) => c.set_instrumentation(|_: InstrumentationEvent<'_>| {}),
    }
    let asked = asked.lock().expect("the notes").clone();
    let of_the_list = |sql: &&String| {
        let named = |table: &str| {
            sql.split(" FROM ")
                .nth(1)
                .is_some_and(|from| from.contains(&format!("`{table}`")) || from.contains(&format!("\"{table}\"")))
        };
        sql.starts_with("SELECT") && tables.iter().any(|table| named(table))
    };
    asked.iter().filter(of_the_list).map(|sql| (sql.clone(), explain(c, &filled(sql)))).collect()
}

/// The statement with its values in place of their placeholders.
fn filled(noted: &str) -> String {
    let (sql, values) = noted.split_once(" -- binds: ").expect("values");
    let values: Vec<serde_json::Value> = serde_json::from_str(values).expect("plain values");
    fn literal(value: &serde_json::Value) -> String {
        match value {
            serde_json::Value::String(text) => format!("'{text}'"),
            serde_json::Value::Array(values) => {
                format!("ARRAY[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", "))
            }
            other => other.to_string(),
        }
    }
    let mut filled = sql.to_owned();
    for (place, value) in values.iter().enumerate().rev() {
        match filled.contains('$') {
            true => filled = filled.replace(&format!("${}", place + 1), &literal(value)),
            // The last question mark is the last value's.
            false => {
                let at = filled.rfind('?').expect("a placeholder");
                filled.replace_range(at..=at, &literal(value));
            }
        }
    }
    filled
}

fn explain(c: &mut Connection, sql: &str) -> String {
    let lines: Vec<String> = match c {
        Connection::Sqlite(c) => {
            let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(c).expect("a plan");
            steps.into_iter().map(|step| step.detail).collect()
        }
        Connection::Postgres(c) => {
            #[derive(QueryableByName)]
            struct Line {
                #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
                line: String,
            }
            let lines: Vec<Line> = sql_query(format!("EXPLAIN {sql}")).load(&mut **c).expect("a plan");
            lines.into_iter().map(|line| line.line).collect()
        }
    };
    lines.join("\n")
}

/// PostgreSQL sorts a handful of rows of one customer rather than reading them in their order; that is no harm.
const HANDFUL: u64 = 200;

fn is_good(plan: &str) -> bool {
    let reads_all = plan.lines().any(|line| line.starts_with("SCAN ") && !line.contains("USING INDEX"));
    let rows = |line: &str| line.split("rows=").nth(1)?.split(' ').next()?.parse::<u64>().ok();
    let sorts = plan.lines().filter(|line| line.contains("Sort  ("));
    let sorts_many = sorts.into_iter().any(|line| rows(line).is_none_or(|rows| rows > HANDFUL));
    !reads_all && !plan.contains("TEMP B-TREE") && !plan.contains("Seq Scan") && !sorts_many
}

#[test]
fn the_list_reads_only_what_it_shows_however_many_punchouts_there_are() {
    on_both_databases(|installation| {
        installation.punchgate(&["migrate"]);
        fill(&installation);
        let store = Store::open(&DatabaseUrl::read(&installation.database_url).expect("a URL")).expect("a database");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let one = Reach::Account { id: "A".into(), ownerless: true };
        let filter = |change: &dyn Fn(&mut Filter)| {
            let mut filter = Filter::default();
            change(&mut filter);
            filter
        };
        let mut filters = vec![
            Filter::default(),
            filter(&|f| f.before = "01J9ZK3W8R5T2Q4M6N80050000".into()),
            filter(&|f| f.system = "one".into()),
            filter(&|f| f.customer = "77".into()),
            filter(&|f| (f.customer, f.system) = ("77".into(), "one".into())),
            filter(&|f| (f.from, f.to) = ("2024-10-01".into(), "2024-10-31".into())),
            filter(&|f| f.search = "A000-0077".into()),
            filter(&|f| f.search = "01J9ZK3W8R5T2Q4M6N80050000".into()),
        ];
        filters.extend(State::ALL.map(|state| Filter { state: Some(state), ..Filter::default() }));
        filters.extend(State::ALL.map(|state| Filter {
            state: Some(state),
            system: "two".into(),
            ..Filter::default()
        }));
        let mut explained = 0;
        for reach in [Reach::Everything, one] {
            for filter in &filters {
                let (reach, filter) = (reach.clone(), filter.clone());
                let found = runtime.block_on(store.read(move |c| {
                    let mut entries = 0;
                    let plans = plans(c, &["punchouts", "refusals"], |c| {
                        entries =
                            journal::list(c, &reach, &filter, 1_800_000_000_000_000).expect("a list").entries.len();
                    });
                    Ok::<_, StoreError>((plans, entries, format!("{reach:?} {filter:?}")))
                }));
                let (plans, entries, asked) = found.expect("plans");
                assert!(!plans.is_empty(), "nothing was asked for {asked}");
                let nothing = ["Cancelled", "Some(Open)", "Some(InShop)"].iter().any(|state| asked.contains(state));
                assert_eq!(entries == 0, nothing, "{asked}");
                for (sql, plan) in plans {
                    assert!(is_good(&plan), "{asked}\n{sql}\n{plan}");
                    explained += 1;
                }
            }
        }
        assert!(explained > 60, "{explained}");
    });
}

#[test]
fn a_bad_plan_is_told_from_a_good_one() {
    for good in [
        "SEARCH punchouts USING INDEX punchouts_by_shop (shop_id=? AND id<?)",
        "SCAN punchouts USING INDEX sqlite_autoindex_punchouts_1",
        "Limit  (cost=0.42..5)\n  ->  Index Scan Backward using punchouts_by_shop on punchouts",
    ] {
        assert!(is_good(good), "{good}");
    }
    for bad in [
        "SCAN punchouts",
        "SEARCH punchouts USING INDEX x (shop_id=?)\nUSE TEMP B-TREE FOR ORDER BY",
        "Limit\n  ->  Sort  (cost=1..2 rows=30 width=9)\n        ->  Seq Scan on punchouts",
        "Limit\n  ->  Sort  (cost=1..2 rows=3000 width=9)\n        ->  Index Scan using punchouts_by_shop",
    ] {
        assert!(!is_good(bad), "{bad}");
    }
}

/// 10,000 customers of a shop, all in one system, each with a license of one account.
#[derive(QueryableByName)]
struct Opcode {
    #[diesel(sql_type = Text)]
    opcode: String,
}

#[derive(QueryableByName)]
struct Whole {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

/// A CHECK with IN would have SQLite build a table of the allowed states for each row that is written.
#[test]
fn a_punchout_is_held_against_the_states_and_nothing_is_built_for_it() {
    fn row(state: &str) -> String {
        format!(
            "INSERT INTO punchouts (id, shop_id, system_id, system_slug, customer_id, customer_number, customer_email, state, \
             entry_digest, entry_expires_at, call, opened_at, expires_at) \
             VALUES ('{state}', 's', 's', 's', 'c', '1', 'b@b.example', '{state}', CAST('{state}' AS BLOB), 1, '{{}}', 1, 1)"
        )
    }
    on_both_databases(|installation| {
        installation.punchgate(&["migrate"]);
        let store = Store::open(&DatabaseUrl::read(&installation.database_url).expect("a URL")).expect("a database");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let insert = |state: &'static str| {
            runtime.block_on(store.write(move |c| -> Result<usize, StoreError> {
                Ok(match c {
                    Connection::Sqlite(c) => sql_query(row(state)).execute(c)?,
                    Connection::Postgres(c) => {
                        sql_query(row(state).replace("AS BLOB", "AS BYTEA")).execute(&mut **c)?
                    }
                })
            }))
        };
        for state in ["open", "in_shop", "returned", "closed", "cancelled", "expired"] {
            assert_eq!(insert(state).expect("an allowed state"), 1, "{state}");
        }
        for state in ["lost", "OPEN", ""] {
            let refused = insert(state).expect_err("no state");
            assert!(
                matches!(&refused, StoreError::Query(why) if why.to_lowercase().contains("check constraint")),
                "{refused:?}"
            );
        }
        let built = runtime.block_on(store.read(|c| -> Result<(Vec<String>, String), StoreError> {
            let Connection::Sqlite(c) = c else { return Ok((Vec::new(), "ok".into())) };
            let opcodes: Vec<Opcode> = sql_query(format!("EXPLAIN {}", row("open"))).load(c)?;
            let whole: Vec<Whole> = sql_query("PRAGMA integrity_check").load(c)?;
            let tables = opcodes.into_iter().map(|line| line.opcode).filter(|name| name.contains("Ephemeral"));
            Ok((tables.collect(), whole.into_iter().map(|line| line.integrity_check).collect()))
        }));
        assert_eq!(built.expect("a plan"), (Vec::new(), "ok".to_owned()));
    });
}

fn fill_customers(installation: &Installation) {
    let sqlite = installation.database_url.starts_with("sqlite:");
    let numbers = match sqlite {
        true => "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)",
        false => "WITH numbers (n) AS (SELECT * FROM generate_series(1, 10000))",
    };
    let padded = |prefix: &str| match sqlite {
        true => format!("'{prefix}' || substr('0000000' || CAST(n AS TEXT), -7)"),
        false => format!("'{prefix}' || lpad(CAST(n AS TEXT), 7, '0')"),
    };
    let (customer, license, place) = (padded("C"), padded("L"), padded("A"));
    for statement in [
        "INSERT INTO accounts (id, email, role, created_at) VALUES ('ACCOUNT', 'owner@acme.example', 'merchant', 1), ('OTHER', 'other@acme.example', 'merchant', 1)".to_owned(),
        format!("{numbers} INSERT INTO accounts (id, email, role, created_at) SELECT {}, n || '@c.example', 'merchant', 1 FROM numbers WHERE n < 1000", padded("M")),
        "INSERT INTO shops (id, slug, name, website, account_id, connector, created_at) VALUES ('SHOP', 'one', 'One', 'https://one.example', 'ACCOUNT', '{}', 1)".to_owned(),
        "INSERT INTO systems (id, shop_id, slug, name, active, settings, created_at) VALUES ('SYSTEM', 'SHOP', 'one', 'One', TRUE, '{}', 1)".to_owned(),
        format!("{numbers} INSERT INTO systems (id, shop_id, slug, name, active, settings, created_at) SELECT {}, 'SHOP', 's' || n, 'S', TRUE, '{{}}', 1 FROM numbers WHERE n < 500", padded("S")),
        format!("{numbers} INSERT INTO customers (id, shop_id, number, email, email_folded, password_hash, active, created_at) SELECT {customer}, 'SHOP', {}, n || '@b.example', n || '@b.example', '', TRUE, 1 FROM numbers", padded("")),
        format!("{numbers} INSERT INTO licenses (id, key, kind, account_id, valid_from, suspended, created_at) SELECT {license}, {license}, 'customer', CASE n % 2 WHEN 0 THEN 'ACCOUNT' ELSE 'OTHER' END, 1, FALSE, 1 FROM numbers"),
        format!("{numbers} INSERT INTO assignments (id, system_id, customer_id, license_id, created_at) SELECT {place}, 'SYSTEM', {customer}, {license}, 1 FROM numbers WHERE n < 9000"),
        format!("{numbers} INSERT INTO licenses (id, key, kind, account_id, valid_from, suspended, created_at) SELECT {}, {}, 'system', 'OTHER', 1, FALSE, 1 FROM numbers WHERE n < 500", padded("K"), padded("K")),
        "UPDATE systems SET license_id = 'K' || substr(id, 2) WHERE id LIKE 'S0%'".to_owned(),
        "ANALYZE".to_owned(),
    ] {
        installation.sql(&statement);
    }
}

const OF_CUSTOMERS: [&str; 2] = ["customers", "licenses"];

#[test]
fn lists_of_customers_and_licenses_read_only_what_they_show() {
    use punchgate::store::{customers, license_list};
    on_both_databases(|installation| {
        installation.punchgate(&["migrate"]);
        fill_customers(&installation);
        let store = Store::open(&DatabaseUrl::read(&installation.database_url).expect("a URL")).expect("a database");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let explained = runtime.block_on(store.read(|c| {
            let mut all = Vec::new();
            all.extend(plans(c, &OF_CUSTOMERS, |c| {
                let page = customers::list_page(c, "SHOP", "", "0005000", 51).expect("a page");
                assert_eq!((page.len(), page[0].0.number.as_str()), (51, "0005001"));
            }));
            all.extend(plans(c, &OF_CUSTOMERS, |c| {
                assert_eq!(customers::list_of_system(c, "SYSTEM", "", "0000100", 51).expect("a page").len(), 51);
            }));
            all.extend(plans(c, &OF_CUSTOMERS, |c| {
                assert_eq!(customers::list_unassigned(c, "SHOP", "SYSTEM", "", 20).expect("a page").len(), 20);
            }));
            all.extend(plans(c, &OF_CUSTOMERS, |c| {
                let filter =
                    license_list::Filter { account_id: Some("ACCOUNT".into()), limit: 51, ..Default::default() };
                assert_eq!(license_list::list(c, &filter).expect("a page").len(), 51);
            }));
            Ok::<_, StoreError>(all)
        }));
        let explained = explained.expect("plans");
        assert!(explained.len() >= 4, "{explained:#?}");
        for (sql, plan) in explained {
            // A table of one row is read as it is, by either database.
            let small = |line: &str| line.contains("Seq Scan on systems") || line.contains("Seq Scan on accounts");
            let read: Vec<&str> = plan.lines().filter(|line| !small(line)).collect();
            let scanned = read
                .iter()
                .any(|line| line.contains("Seq Scan") || line.starts_with("SCAN ") && !line.contains("USING INDEX"));
            assert!(!scanned, "{sql}\n{plan}");
        }
    });
}

/// 20,000 articles of one shop in force, each with a row of an older version, and 5,000 of another shop.
fn fill_catalogs(installation: &Installation) {
    let sqlite = installation.database_url.starts_with("sqlite:");
    let numbers = match sqlite {
        true => "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)",
        false => "WITH numbers (n) AS (SELECT * FROM generate_series(1, 20000))",
    };
    let rows = |catalog: i64, shift: i64, since: &str, until: &str, most: i64| {
        format!(
            "{numbers} INSERT INTO catalog_articles (id, catalog, product_id, since, until, digest, numbers, title, words) SELECT {} + n, {catalog}, 'SW-' || (100000 + n), {since}, {until}, n, ' sw' || (100000 + n) || ' ', ' ^ sechskantschraube m' || (n % 20) || 'x' || (n % 97) || ' ' || CASE n % 4 WHEN 0 THEN 'verzinkt' WHEN 1 THEN 'rostfrei' ELSE 'blank' END || ' ', ' acme ' FROM numbers WHERE n <= {most}",
            catalog * (1 << 40) + shift
        )
    };
    let open = i64::MAX.to_string();
    let mut statements = vec![
        "INSERT INTO shops (id, slug, name, website, account_id, connector, created_at) VALUES ('SHOP1', 'one', 'One', 'https://one.example', NULL, '{}', 1), ('SHOP2', 'two', 'Two', 'https://two.example', NULL, '{}', 1)".to_owned(),
        "INSERT INTO catalogs (number, shop_id, version, articles, next_row) VALUES (1, 'SHOP1', 2, 20000, 50000), (2, 'SHOP2', 1, 5000, 50000)".to_owned(),
        rows(1, 0, "1", "2", 20_000),
        rows(1, 20_000, "2", &open, 20_000),
        rows(2, 0, "1", &open, 5_000),
        "INSERT INTO catalog_bodies (article_id, body) SELECT id, '{\"product_id\":\"' || product_id || '\",\"texts\":[],\"currency\":\"EUR\",\"prices\":[]}' FROM catalog_articles".to_owned(),
    ];
    if sqlite {
        statements.push("INSERT INTO catalog_index (rowid, text) SELECT id, numbers || title || words FROM catalog_articles ORDER BY id".into());
    }
    statements.push(if sqlite { "ANALYZE".into() } else { "VACUUM ANALYZE catalog_articles".into() });
    for statement in statements {
        installation.sql(&statement);
    }
}

#[test]
fn a_catalog_is_asked_by_its_indexes() {
    use punchgate::store::catalog::{self, Start};
    on_both_databases(|installation| {
        installation.punchgate(&["migrate"]);
        fill_catalogs(&installation);
        let store = Store::open(&DatabaseUrl::read(&installation.database_url).expect("a URL")).expect("a database");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let explained = runtime.block_on(store.read(|c| {
            const TABLES: [&str; 4] = ["catalogs", "catalog_articles", "catalog_index", "catalog_bodies"];
            let mut all = plans(c, &TABLES, |c| {
                assert!(catalog::find(c, "SHOP1", "SW-101234").expect("an answer").is_some());
            });
            all.extend(plans(c, &TABLES, |c| {
                let ids = ["SW-101234".to_owned(), "SW-101235".to_owned()];
                assert_eq!(catalog::find_all(c, "SHOP1", &ids).expect("an answer").len(), 2);
            }));
            // Half a table may as well be read in its own order and sorted: PostgreSQL does.
            assert_eq!(catalog::page(c, "SHOP1", 2, Start::Offset(19_800), 200).expect("a page").len(), 200);
            all.extend(plans(c, &TABLES, |c| {
                assert_eq!(catalog::page(c, "SHOP1", 2, Start::After("SW-119000"), 200).expect("a page").len(), 200);
            }));
            for (text, total) in [("SW-101234", 1), ("sw101234", 1), ("m8x61 verzinkt", 10), ("m8x61", 10)] {
                all.extend(plans(c, &TABLES, |c| {
                    let hits = catalog::search(c, "SHOP1", text, 200).expect("hits");
                    assert!(hits.total >= total && hits.total < 1_000, "{text}: {}", hits.total);
                }));
            }
            let hits = catalog::search(c, "SHOP2", "schraube", 200).expect("hits");
            assert_eq!((hits.articles.len(), hits.total), (200, 5_000));
            Ok::<_, StoreError>(all)
        }));
        let explained = explained.expect("plans");
        assert!(explained.len() >= 10, "{explained:#?}");
        for (sql, plan) in explained {
            // A table of two rows is read as it is.
            let small = |line: &str| line.contains("Seq Scan on catalogs") || line == "SCAN catalogs";
            let read: Vec<&str> = plan.lines().filter(|line| !small(line)).collect();
            let scanned = read.iter().any(|line| {
                line.contains("Seq Scan")
                    || line.starts_with("SCAN ")
                        && !line.contains("USING INDEX")
                        && !line.contains("VIRTUAL TABLE INDEX")
            });
            assert!(!scanned, "{sql}\n{plan}");
        }
    });
}
