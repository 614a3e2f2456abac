//! What articles cost: a catalog file of each kind read into articles, and articles rendered as the entries of
//! DOWNLOADJSON. The import as a whole, with its database, is measured by `benches/catalog.sh`.
//!
//! `cargo bench --bench catalog`

mod fixtures;

/// As in the server.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fixtures::cpu::{CpuTime, criterion};
use fixtures::{SIZES, generic};
use punchgate::catalog::article::Article;
use punchgate::catalog::download::new_item;
use punchgate::catalog::file;
use punchgate::mapping::Context;

const ARTICLES: usize = 1_000;

fn bmecat(count: usize) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<BMECAT version=\"1.2\"><HEADER><CATALOG><LANGUAGE>deu</LANGUAGE><CATALOG_ID>C</CATALOG_ID><CATALOG_VERSION>1</CATALOG_VERSION><CURRENCY>EUR</CURRENCY></CATALOG></HEADER><T_NEW_CATALOG>\n",
    );
    for n in 0..count {
        xml.push_str(&format!(
            "<ARTICLE mode=\"new\"><SUPPLIER_AID>SW-{n:06}</SUPPLIER_AID><ARTICLE_DETAILS><DESCRIPTION_SHORT>Sechskantschraube M8x40 &amp; Mutter, Größe {n}</DESCRIPTION_SHORT><DESCRIPTION_LONG>Verzinkt, DIN 933, Stahl 8.8, für alle Zwecke</DESCRIPTION_LONG><EAN>4006381333931</EAN><MANUFACTURER_AID>HB-M8-{n}</MANUFACTURER_AID><MANUFACTURER_NAME>Acme</MANUFACTURER_NAME><DELIVERY_TIME>2</DELIVERY_TIME></ARTICLE_DETAILS><ARTICLE_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>ECLASS-13.0</REFERENCE_FEATURE_SYSTEM_NAME><REFERENCE_FEATURE_GROUP_ID>23110101</REFERENCE_FEATURE_GROUP_ID></ARTICLE_FEATURES><ARTICLE_ORDER_DETAILS><ORDER_UNIT>PCE</ORDER_UNIT><PRICE_QUANTITY>100</PRICE_QUANTITY><QUANTITY_MIN>10</QUANTITY_MIN></ARTICLE_ORDER_DETAILS><ARTICLE_PRICE_DETAILS><ARTICLE_PRICE price_type=\"net_customer\"><PRICE_AMOUNT>11.90</PRICE_AMOUNT><PRICE_CURRENCY>EUR</PRICE_CURRENCY><TAX>0.19</TAX><LOWER_BOUND>1</LOWER_BOUND></ARTICLE_PRICE><ARTICLE_PRICE price_type=\"net_customer\"><PRICE_AMOUNT>10.50</PRICE_AMOUNT><LOWER_BOUND>500</LOWER_BOUND></ARTICLE_PRICE></ARTICLE_PRICE_DETAILS><MIME_INFO><MIME><MIME_TYPE>image/jpeg</MIME_TYPE><MIME_SOURCE>https://shop.example/{n}.jpg</MIME_SOURCE></MIME></MIME_INFO></ARTICLE>\n"
        ));
    }
    xml.push_str("</T_NEW_CATALOG></BMECAT>\n");
    xml
}

fn csv(count: usize) -> String {
    let mut csv = String::from(
        "product_id;name;description;unit;price_net;price_per;currency;tax_rate;manufacturer;ean;scale_prices;language\n",
    );
    for n in 0..count {
        csv.push_str(&format!("SW-{n:06};\"Sechskantschraube \"\"M8x40\"\" {n}\";Verzinkt, DIN 933;piece;11.90;100;EUR;19;Acme;4006381333931;100:11.50;de\n"));
    }
    csv
}

fn article(n: usize) -> Article {
    let json = serde_json::json!({
        "product_id": format!("SW-{n:06}"), "unit": "piece", "currency": "EUR", "tax_rate": "19",
        "texts": [{ "language": "de", "name": format!("Sechskantschraube M8x40, Größe {n}"), "description": "<p>Verzinkt, <b>DIN 933</b></p>" },
                  { "language": "en", "name": format!("Hex bolt M8x40, size {n}") }],
        "prices": [{ "from": "1", "net": "11.90", "per": "100" }, { "from": "500", "net": "10.50", "per": "100" }],
        "manufacturer": "Acme", "manufacturer_part": "HB-M8", "lead_time_days": 2,
        "categories": [{ "scheme": "ECLASS-13.0", "id": "23110101", "name": "Hexagon bolt" }],
        "attachments": [{ "url": "https://shop.example/a.pdf", "title": "Datasheet", "mime": "application/pdf" }],
    });
    serde_json::from_value(json).expect("an article")
}

fn read(c: &mut Criterion<CpuTime>) {
    let mut group = c.benchmark_group("catalog/read");
    group.throughput(Throughput::Elements(ARTICLES as u64)).measurement_time(Duration::from_secs(5)).sample_size(50);
    let lines: String = (0..ARTICLES).map(|n| serde_json::to_string(&article(n)).expect("JSON") + "\n").collect();
    for (name, text) in [("BMEcat 1.2", bmecat(ARTICLES)), ("CSV", csv(ARTICLES)), ("JSON lines", lines)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let catalog = file::open(black_box(text.as_bytes()), "-", None, &file::Options::default());
                let count =
                    catalog.unwrap_or_else(|fault| panic!("{}", fault.message)).records.filter(Result::is_ok).count();
                assert_eq!(count, ARTICLES);
            })
        });
    }
    group.finish();
}

fn render(c: &mut Criterion<CpuTime>) {
    let mut group = c.benchmark_group("catalog/DOWNLOADJSON");
    for count in SIZES {
        group.throughput(Throughput::Elements(count as u64)).measurement_time(Duration::from_secs(3));
        group.sample_size(if count > 1_000 { 20 } else { 50 });
        let profile = generic();
        let articles: Vec<Article> = (0..count).map(article).collect();
        let context = Context { customer_number: "10001", shop_name: "Acme", ..Context::default() };
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter(|| {
                let mut written = Vec::new();
                for article in black_box(&articles) {
                    let item = new_item(article, &profile.mapping, &context).expect("an item");
                    serde_json::to_writer(&mut written, &item).expect("JSON");
                }
                written.len()
            })
        });
    }
    group.finish();
}

criterion_group!(name = group; config = criterion(); targets = read, render);
criterion_main!(group);
