-- expand: customers get a column that older versions leave empty.
-- Two digests of 32 bytes: of the hash as it was given, and of the better one that a login made of it. The twin of this file
-- lies in ../../postgres.

ALTER TABLE customers ADD COLUMN password_origin BLOB;
