-- expand: the first tables.
-- Times are microseconds since 1970-01-01 UTC, ids are ULIDs, enumerations are text with a CHECK:
-- types that SQLite and PostgreSQL share. The twin of this file lies in ../../postgres.

-- One row; its number moves with every change of configuration, so that running gateways notice.
CREATE TABLE revision (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    number BIGINT NOT NULL
);
INSERT INTO revision (id, number) VALUES (1, 0);

-- Random keys of this installation, shared by all of its nodes.
CREATE TABLE installation_keys (
    name TEXT NOT NULL PRIMARY KEY,
    secret BLOB NOT NULL
);

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('merchant', 'vendor')),
    password_hash TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE licenses (
    id TEXT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('system', 'customer')),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    bundled_with TEXT REFERENCES licenses (id),
    website TEXT,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    suspended BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL
);
CREATE INDEX licenses_by_account ON licenses (account_id);

-- What was done to a license, when: nothing here is ever changed.
CREATE TABLE license_events (
    id TEXT NOT NULL PRIMARY KEY,
    license_id TEXT NOT NULL REFERENCES licenses (id),
    happened_at BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('issued', 'connected', 'disconnected', 'suspended', 'resumed', 'extended')),
    detail TEXT
);
CREATE INDEX license_events_by_license ON license_events (license_id, happened_at);

CREATE TABLE shops (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    website TEXT NOT NULL,
    account_id TEXT REFERENCES accounts (id),
    connector TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    shop_id TEXT NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
    digest BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE systems (
    id TEXT NOT NULL PRIMARY KEY,
    shop_id TEXT NOT NULL REFERENCES shops (id),
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    license_id TEXT UNIQUE REFERENCES licenses (id),
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE customers (
    id TEXT NOT NULL PRIMARY KEY,
    shop_id TEXT NOT NULL REFERENCES shops (id),
    number TEXT NOT NULL,
    email TEXT NOT NULL,
    email_folded TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (shop_id, number),
    UNIQUE (shop_id, email_folded)
);
CREATE INDEX customers_by_email ON customers (email_folded);
CREATE INDEX customers_by_number ON customers (number);

CREATE TABLE assignments (
    id TEXT NOT NULL PRIMARY KEY,
    system_id TEXT NOT NULL REFERENCES systems (id) ON DELETE CASCADE,
    customer_id TEXT NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    license_id TEXT UNIQUE REFERENCES licenses (id),
    created_at BIGINT NOT NULL,
    UNIQUE (system_id, customer_id)
);
CREATE INDEX assignments_by_customer ON assignments (customer_id);

-- A punchout keeps the names of its system and customer as they were, so that it outlives both.
CREATE TABLE punchouts (
    id TEXT NOT NULL PRIMARY KEY,
    shop_id TEXT NOT NULL,
    system_id TEXT NOT NULL,
    system_slug TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    customer_number TEXT NOT NULL,
    customer_email TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'in_shop', 'returned', 'closed', 'cancelled', 'expired')),
    entry_digest BLOB NOT NULL UNIQUE,
    entry_expires_at BIGINT NOT NULL,
    call TEXT NOT NULL,
    cart TEXT,
    form TEXT,
    opened_at BIGINT NOT NULL,
    entered_at BIGINT,
    cart_at BIGINT,
    returned_at BIGINT,
    ended_at BIGINT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX punchouts_unfinished ON punchouts (expires_at) WHERE state IN ('open', 'in_shop');
