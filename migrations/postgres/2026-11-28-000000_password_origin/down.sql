ALTER TABLE customers DROP COLUMN password_origin;
