-- expand: new tables only.
-- What shops sell. Rows are never changed in place: an import writes rows of the version after the one in force and
-- closes those that they replace, and one last statement moves the version. The twin of this file lies in ../../postgres.

CREATE TABLE catalogs (
    -- Small; stands in the upper bits of its articles' ids.
    number BIGINT NOT NULL PRIMARY KEY,
    shop_id TEXT NOT NULL UNIQUE REFERENCES shops (id) ON DELETE CASCADE,
    -- In force; 0 before the first import has ended.
    version BIGINT NOT NULL,
    -- In force.
    articles BIGINT NOT NULL,
    -- The lower bits of the next article's id.
    next_row BIGINT NOT NULL,
    -- A running import, and when it last gave a sign of life.
    import_id TEXT,
    import_touched_at BIGINT
);

CREATE TABLE catalog_versions (
    catalog BIGINT NOT NULL REFERENCES catalogs (number) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    -- When it came into force.
    since BIGINT NOT NULL,
    articles BIGINT NOT NULL,
    -- The file's name, and what the import did: JSON.
    source TEXT NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (catalog, version)
);

-- One article from one version on, until before another. Narrow, because a search may look at many.
CREATE TABLE catalog_articles (
    id INTEGER NOT NULL PRIMARY KEY,
    catalog BIGINT NOT NULL REFERENCES catalogs (number) ON DELETE CASCADE,
    product_id TEXT NOT NULL,
    since BIGINT NOT NULL,
    -- The largest number there is while no version has ended it.
    until BIGINT NOT NULL,
    -- Of the body: an article that did not change keeps its row.
    digest BIGINT NOT NULL,
    -- Folded to a-z, 0-9 and blanks; see src/catalog/search.rs.
    numbers TEXT NOT NULL,
    title TEXT NOT NULL,
    words TEXT NOT NULL
);
-- Every question but a search is answered from this index alone.
CREATE UNIQUE INDEX catalog_articles_by_product ON catalog_articles (catalog, product_id, since, until);

CREATE TABLE catalog_bodies (
    article_id INTEGER NOT NULL PRIMARY KEY REFERENCES catalog_articles (id) ON DELETE CASCADE,
    -- The article: JSON.
    body TEXT NOT NULL
);

-- Which articles hold which three letters in a row; the texts themselves are in catalog_articles.
CREATE VIRTUAL TABLE catalog_index USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER catalog_index_follows AFTER DELETE ON catalog_articles BEGIN
    DELETE FROM catalog_index WHERE rowid = old.id;
END;
