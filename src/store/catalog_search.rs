//! Looking for articles by a text. One order for both databases: the number itself, numbers that begin so, names that
//! begin so, names with these words, names that hold them, then everything else that does.
//!
//! First all words must be in an article. If that gives but a few, articles with half of the text follow. If nothing at all
//! is found, one word may have one mistake: a letter that is wrong, missing or too many, or two that changed places; and
//! then those articles are taken that share most groups of three letters with the text. SQLite narrows down by its index of three letters (FTS5), PostgreSQL by `LIKE` and pg_trgm; what then
//! counts and sorts is one text of SQL. It may stand in it literally, for a folded word is letters and digits only.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;

use super::catalog::{self, Catalog};
use super::catalog_import::rows_of;
use super::{Connection, Result, migrate};
use crate::catalog::article::Article;
use crate::catalog::search::{Query, contained, corrections, parts, pieces, trigrams};

/// With fewer hits than this, articles with some of the words are looked for too.
const FEW: i64 = 10;

/// Similar articles that are looked for when nothing is found.
const MOST_SIMILAR: i64 = 1_000;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hits {
    /// The best first, at most as many as were asked for.
    pub articles: Vec<Article>,
    /// How many there are in all.
    pub total: i64,
}

#[derive(QueryableByName)]
struct Hit {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    tier: i64,
    /// Of all hits, on each of them.
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// The best articles in force for a text. A text without letters and digits finds nothing.
pub fn search(connection: &mut Connection, shop_id: &str, text: &str, limit: i64) -> Result<Hits> {
    let (Some(query), Some(catalog)) = (Query::read(text), catalog::of_shop(connection, shop_id)?) else {
        return Ok(Hits::default());
    };
    let (mut hits, mut total) = holding_all(&catalog, &query).list(connection, limit)?;
    let is_number = hits.first().is_some_and(|hit| hit.tier == 0);
    if total < FEW && query.words().len() > 1 && !is_number {
        let (more, count) = holding_some(&catalog, &query).list(connection, limit - len(&hits))?;
        total += count;
        hits.extend(more);
    }
    if total == 0
        && let Some(mistyped) = mistyped(&catalog, &query)
    {
        (hits, total) = mistyped.list(connection, limit)?;
    }
    if total == 0 {
        (hits, _) = resembling(&catalog, &query).list(connection, MOST_SIMILAR)?;
        // The lower a tier the better. What is much worse than the best is not meant.
        let best = hits.first().map_or(0, |hit| hit.tier);
        hits.retain(|hit| hit.tier <= best + (trigram_count(&query) + best) / 4);
        total = len(&hits);
        hits.truncate(usize::try_from(limit).unwrap_or(0));
    }
    let ids: Vec<i64> = hits.iter().map(|hit| hit.id).collect();
    Ok(Hits { articles: catalog::articles(connection, &ids)?, total })
}

/// Whether searches have an index: on PostgreSQL it needs the extension pg_trgm, which may not be had.
pub fn is_indexed(connection: &mut Connection) -> Result<bool> {
    migrate::exists(connection, "catalog_index")
}

fn len(hits: &[Hit]) -> i64 {
    i64::try_from(hits.len()).unwrap_or(i64::MAX)
}

fn trigram_count(query: &Query) -> i64 {
    query.words().iter().map(|word| i64::try_from(trigrams(word).len()).unwrap_or(0)).sum()
}

/// Which articles, and how good each is.
struct Search<'a> {
    catalog: &'a Catalog,
    /// For FTS5: what an article must hold to be looked at.
    index: String,
    /// For both databases, `a` being the article.
    condition: String,
    /// A number, the lower the better.
    tier: String,
}

impl Search<'_> {
    /// The best hits and how many there are in all, in one pass: what is slow is looking at every candidate.
    fn list(&self, connection: &mut Connection, limit: i64) -> Result<(Vec<Hit>, i64)> {
        let select = format!("SELECT a.id AS id, CAST({} AS BIGINT) AS tier, count(*) OVER () AS total", self.tier);
        let order = format!("ORDER BY tier, length(a.title), a.product_id LIMIT {}", limit.max(1));
        let mut hits: Vec<Hit> = match connection {
            Connection::Sqlite(c) => sql_query(format!("{select} FROM {} {order}", self.sqlite())).load(c)?,
            Connection::Postgres(c) => {
                sql_query(format!("{select} FROM {} {order}", self.postgres())).load(&mut **c)?
            }
        };
        let total = hits.first().map_or(0, |hit| hit.total);
        hits.truncate(usize::try_from(limit).unwrap_or(0));
        Ok((hits, total))
    }

    fn sqlite(&self) -> String {
        let rows = rows_of(self.catalog.number);
        format!(
            "catalog_index CROSS JOIN catalog_articles AS a ON a.id = catalog_index.rowid \
             WHERE catalog_index MATCH '{}' AND catalog_index.rowid BETWEEN {} AND {} AND {} AND ({})",
            self.index,
            rows.start(),
            rows.end(),
            self.visible(),
            self.condition
        )
    }

    fn postgres(&self) -> String {
        let number = self.catalog.number;
        format!("catalog_articles AS a WHERE a.catalog = {number} AND {} AND ({})", self.visible(), self.condition)
    }

    fn visible(&self) -> String {
        let version = self.catalog.version;
        format!("a.since <= {version} AND a.until > {version}")
    }
}

/// The text that is searched, as PostgreSQL's index has it.
const TEXT: &str = "(a.numbers || a.title || a.words)";

fn holds(text: &str, what: &str) -> String {
    format!("{text} LIKE '%{what}%'")
}

fn joined(parts: impl IntoIterator<Item = String>, by: &str) -> String {
    parts.into_iter().collect::<Vec<_>>().join(by)
}

/// FTS5: all pieces of a word.
fn index_of(word: &str) -> String {
    let quoted = pieces(word).into_iter().map(|piece| format!("\"{piece}\""));
    format!("({})", joined(quoted, " AND "))
}

fn holding_all<'a>(catalog: &'a Catalog, query: &Query) -> Search<'a> {
    let words = query.words();
    let (phrase, compact) = (query.phrase(), query.compact());
    let all_in = |text: &str, begin: &str| {
        joined(words.iter().map(|word| holds(text, &format!("{begin}{}", contained(word).trim_start()))), " AND ")
    };
    let mut tiers = vec![
        holds("a.numbers", &format!(" {compact} ")),
        holds("a.numbers", &format!(" {compact}")),
        holds("a.title", &format!("^ {phrase} ")),
        holds("a.title", &format!("^ {phrase}")),
        holds("a.title", &format!(" {phrase} ")),
        holds("a.title", &format!(" {phrase}")),
        all_in("a.title", " "),
    ];
    tiers.push(joined(words.iter().map(|word| holds("a.title", &contained(word))), " AND "));
    let tiers = tiers.iter().enumerate().map(|(tier, when)| format!("WHEN {when} THEN {tier}"));
    // A number may be typed with blanks or signs where it has others.
    let as_words = joined(words.iter().map(|word| holds(TEXT, &contained(word))), " AND ");
    let as_number = holds("a.numbers", &format!(" {compact}"));
    let mut index = joined(words.iter().map(|word| index_of(word)), " AND ");
    let mut condition = as_words;
    if words.len() > 1 {
        index = format!("({index}) OR {}", index_of(compact));
        condition = format!("({condition}) OR ({} AND {as_number})", holds(TEXT, compact));
    }
    Search { catalog, index, condition, tier: format!("CASE {} ELSE 9 END", joined(tiers, " ")) }
}

/// Words that make up at least half of the letters, but not all of them: of `SW-10001` the number, not the SW.
fn holding_some<'a>(catalog: &'a Catalog, query: &Query) -> Search<'a> {
    let words = query.words();
    let letters: usize = words.iter().map(String::len).sum();
    let counted = |word: &String| format!("CASE WHEN {} THEN {} ELSE 0 END", holds(TEXT, &contained(word)), word.len());
    let found = joined(words.iter().map(counted), " + ");
    let any = joined(words.iter().map(|word| holds(TEXT, &contained(word))), " OR ");
    let as_number = holds("a.numbers", &format!(" {}", query.compact()));
    Search {
        catalog,
        index: joined(words.iter().map(|word| index_of(word)), " OR "),
        condition: format!("({any}) AND 2 * ({found}) >= {letters} AND ({found}) < {letters} AND NOT {as_number}"),
        tier: format!("(1000 - ({found}))"),
    }
}

/// All words, one of them with one mistake; nothing for words that are too short for that.
fn mistyped<'a>(catalog: &'a Catalog, query: &Query) -> Option<Search<'a>> {
    let words = query.words();
    let (mut indices, mut conditions, mut in_title) = (Vec::new(), Vec::new(), Vec::new());
    for (place, word) in words.iter().enumerate() {
        let meant = corrections(word);
        if meant.is_empty() {
            continue;
        }
        let others = || words.iter().enumerate().filter(move |(other, _)| *other != place).map(|(_, word)| word);
        let known = |meant: &String| {
            let parts = meant.split('_').filter(|part| part.len() >= 3);
            format!("({})", joined(parts.map(index_of), " AND "))
        };
        let index = format!("({})", joined(meant.iter().map(known), " OR "));
        indices.push(joined([index].into_iter().chain(others().map(|word| index_of(word))), " AND "));
        let condition = format!("({})", joined(meant.iter().map(|meant| holds(TEXT, meant)), " OR "));
        let others = others().map(|word| holds(TEXT, &contained(word)));
        conditions.push(joined([condition].into_iter().chain(others), " AND "));
        in_title.extend(meant.iter().map(|meant| holds("a.title", meant)));
    }
    (!indices.is_empty()).then(|| Search {
        catalog,
        index: joined(indices.into_iter().map(|index| format!("({index})")), " OR "),
        condition: joined(conditions.into_iter().map(|condition| format!("({condition})")), " OR "),
        tier: format!("CASE WHEN {} THEN 0 ELSE 1 END", joined(in_title, " OR ")),
    })
}

/// At least four in ten groups of three letters, and one part of the longest word as it is; the fewer are missing the better.
fn resembling<'a>(catalog: &'a Catalog, query: &Query) -> Search<'a> {
    let words = query.words();
    let groups = words.iter().flat_map(|word| trigrams(word));
    let missing = joined(groups.map(|group| format!("CASE WHEN {} THEN 0 ELSE 1 END", holds(TEXT, &group))), " + ");
    // The longest word says most; by the others too many would have to be looked at.
    let parts = words.iter().max_by_key(|word| word.len()).map(|word| parts(word)).unwrap_or_default();
    let most = trigram_count(query) * 6 / 10;
    Search {
        catalog,
        index: joined(parts.iter().map(|part| index_of(part.trim())), " OR "),
        condition: format!(
            "({}) AND ({missing}) <= {most}",
            joined(parts.iter().map(|part| holds(TEXT, part)), " OR ")
        ),
        tier: format!("({missing})"),
    }
}
