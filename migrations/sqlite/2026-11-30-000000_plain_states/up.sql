-- expand: the same states are allowed, said so that SQLite need not build a table of them for every row that it writes.
-- A CHECK can only be changed where SQLite keeps the words of its tables, as its documentation of ALTER TABLE says; no row is
-- touched. The view moves the version of the schema, by which other connections see that it changed. PostgreSQL needs none of it.

PRAGMA writable_schema = ON;
UPDATE sqlite_schema
    SET sql = replace(
        sql,
        'state IN (''open'', ''in_shop'', ''returned'', ''closed'', ''cancelled'', ''expired'')',
        'state = ''open'' OR state = ''in_shop'' OR state = ''returned'' OR state = ''closed'' OR state = ''cancelled'' OR state = ''expired'''
    )
    WHERE type = 'table' AND name = 'punchouts';
CREATE VIEW schema_has_changed AS SELECT 1;
DROP VIEW schema_has_changed;
PRAGMA writable_schema = RESET;
