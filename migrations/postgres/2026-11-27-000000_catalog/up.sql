-- expand: new tables only.
-- What shops sell. Rows are never changed in place: an import writes rows of the version after the one in force and
-- closes those that they replace, and one last statement moves the version. The twin of this file lies in ../../sqlite.

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
    id BIGINT NOT NULL PRIMARY KEY,
    catalog BIGINT NOT NULL REFERENCES catalogs (number) ON DELETE CASCADE,
    -- By bytes, so that both databases have one order.
    product_id TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    -- The largest number there is while no version has ended it.
    until BIGINT NOT NULL,
    -- Of the body: an article that did not change keeps its row.
    digest BIGINT NOT NULL,
    -- Folded to a-z, 0-9 and blanks; see src/catalog/search.rs.
    numbers TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    words TEXT COLLATE "C" NOT NULL
);
-- Every question but a search is answered from this index alone.
CREATE UNIQUE INDEX catalog_articles_by_product ON catalog_articles (catalog, product_id, since, until);

CREATE TABLE catalog_bodies (
    article_id BIGINT NOT NULL PRIMARY KEY REFERENCES catalog_articles (id) ON DELETE CASCADE,
    -- The article: JSON.
    body TEXT NOT NULL
);

-- Which articles hold which three letters in a row. Where the extension cannot be had a search reads every article:
-- right, but slow. The index can be made later by the same two statements (docs/catalog.md).
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX catalog_index ON catalog_articles USING gin ((numbers || title || words) gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'no index for searches in catalogs: %', SQLERRM;
END
$$;
