PRAGMA writable_schema = ON;
UPDATE sqlite_schema
    SET sql = replace(
        sql,
        'state = ''open'' OR state = ''in_shop'' OR state = ''returned'' OR state = ''closed'' OR state = ''cancelled'' OR state = ''expired''',
        'state IN (''open'', ''in_shop'', ''returned'', ''closed'', ''cancelled'', ''expired'')'
    )
    WHERE type = 'table' AND name = 'punchouts';
CREATE VIEW schema_has_changed AS SELECT 1;
DROP VIEW schema_has_changed;
PRAGMA writable_schema = RESET;
