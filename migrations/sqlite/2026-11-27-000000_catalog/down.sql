DROP TRIGGER catalog_index_follows;
DROP TABLE catalog_index;
DROP TABLE catalog_bodies;
DROP TABLE catalog_articles;
DROP TABLE catalog_versions;
DROP TABLE catalogs;
