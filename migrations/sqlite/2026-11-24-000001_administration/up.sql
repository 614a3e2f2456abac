-- expand: new tables, and columns that are filled by themselves.
-- What the portal and the administration need: who is signed in, who changed what, which calls were
-- refused, and the indexes of their lists. The twin of this file lies in ../../postgres.

-- Second factor (RFC 6238): shared with the owner's device, so it cannot be hashed.
ALTER TABLE accounts ADD COLUMN totp_secret BLOB;
-- The time step of the last code that was taken: each is good once.
ALTER TABLE accounts ADD COLUMN totp_step BIGINT;
-- As chosen on a page; without a choice the browser's.
ALTER TABLE accounts ADD COLUMN language TEXT;

CREATE TABLE recovery_codes (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    digest BLOB NOT NULL,
    used_at BIGINT,
    UNIQUE (account_id, digest)
);

-- The cookie's value is known to the browser alone; here is its SHA-256.
CREATE TABLE sessions (
    digest BLOB NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- The password was right and the second factor is still to come.
    awaits_code BOOLEAN NOT NULL,
    address TEXT NOT NULL,
    browser TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- A link by which an owner chooses his password: good once, for some days.
CREATE TABLE invitations (
    digest BLOB NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX invitations_by_account ON invitations (account_id);

-- Who changed what: nothing here is ever changed. Ids are ULIDs, so their order is that of time.
CREATE TABLE audit_log (
    id TEXT NOT NULL PRIMARY KEY,
    happened_at BIGINT NOT NULL,
    -- Whose thing it was: a merchant reads the entries of his own.
    account_id TEXT,
    -- An e-mail address, 'command line' or 'shop'.
    actor TEXT NOT NULL,
    address TEXT,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    object_name TEXT NOT NULL,
    -- JSON, secrets masked.
    before TEXT,
    after TEXT
);
CREATE INDEX audit_log_by_account ON audit_log (account_id, id);
CREATE INDEX audit_log_by_object ON audit_log (object_id, id);

-- Calls and carts that were not accepted. Names are kept as they were, as with punchouts.
CREATE TABLE refusals (
    id TEXT NOT NULL PRIMARY KEY,
    happened_at BIGINT NOT NULL,
    -- What the buyer was given to tell.
    reference TEXT NOT NULL,
    code TEXT NOT NULL,
    -- What the sentences name: JSON, name → value.
    arguments TEXT NOT NULL,
    -- The faults of a cart: JSON.
    faults TEXT NOT NULL,
    -- Which step refused: the call of a procurement system, or a later one of a punchout.
    step TEXT NOT NULL CHECK (step IN ('call', 'entry', 'cart', 'return', 'leave')),
    shop_id TEXT,
    system_id TEXT,
    system_slug TEXT NOT NULL,
    customer_id TEXT,
    customer_number TEXT,
    punchout_id TEXT,
    method TEXT NOT NULL,
    address TEXT NOT NULL,
    -- The parameters in their order, secrets masked: JSON.
    parameters TEXT NOT NULL,
    -- Microseconds until the answer.
    took BIGINT NOT NULL
);
CREATE INDEX refusals_by_shop ON refusals (shop_id, id);
CREATE INDEX refusals_by_system ON refusals (system_id, id);
CREATE INDEX refusals_by_customer ON refusals (customer_id, id);
CREATE INDEX refusals_by_punchout ON refusals (punchout_id, id);
CREATE INDEX refusals_by_reference ON refusals (reference, id);

-- The parameters of the call in their order, secrets masked: JSON.
ALTER TABLE punchouts ADD COLUMN parameters TEXT NOT NULL DEFAULT '[]';
ALTER TABLE punchouts ADD COLUMN method TEXT NOT NULL DEFAULT '';
ALTER TABLE punchouts ADD COLUMN address TEXT NOT NULL DEFAULT '';
-- What was cut or left out of the cart: JSON.
ALTER TABLE punchouts ADD COLUMN notices TEXT NOT NULL DEFAULT '[]';
ALTER TABLE punchouts ADD COLUMN lines BIGINT;
-- A decimal, net.
ALTER TABLE punchouts ADD COLUMN total TEXT;
ALTER TABLE punchouts ADD COLUMN currency TEXT;
-- Made by an operator who tries his system.
ALTER TABLE punchouts ADD COLUMN trial BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX punchouts_by_shop ON punchouts (shop_id, id);
CREATE INDEX punchouts_by_system ON punchouts (system_id, id);
CREATE INDEX punchouts_by_customer ON punchouts (customer_id, id);
-- For those who look for one state: a login writes nothing into these two.
CREATE INDEX punchouts_ended ON punchouts (state, id) WHERE ended_at IS NOT NULL;
CREATE INDEX punchouts_ended_by_shop ON punchouts (shop_id, state, id) WHERE ended_at IS NOT NULL;

-- Two people who save the same thing: the second is told. Moves with every change.
ALTER TABLE shops ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE systems ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE customers ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
CREATE INDEX systems_by_shop ON systems (shop_id);
CREATE INDEX shops_by_account ON shops (account_id);

-- Lists of licenses go by account and id; who did something is told with what was done.
DROP INDEX licenses_by_account;
CREATE INDEX licenses_by_account ON licenses (account_id, id);
CREATE INDEX licenses_by_bundle ON licenses (bundled_with);
ALTER TABLE license_events ADD COLUMN actor TEXT NOT NULL DEFAULT '';

-- A key that is being replaced stays good until then.
ALTER TABLE api_keys ADD COLUMN expires_at BIGINT;
-- Its first characters, by which its owner knows it again.
ALTER TABLE api_keys ADD COLUMN hint TEXT NOT NULL DEFAULT '';
CREATE INDEX api_keys_by_shop ON api_keys (shop_id);

-- A file of customers between its preview and its confirmation. The rows hold no passwords in clear:
-- they are sealed with a key that only the previewing page has.
CREATE TABLE customer_imports (
    id TEXT NOT NULL PRIMARY KEY,
    shop_id TEXT NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    file_name TEXT NOT NULL,
    sealed BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('previewed', 'running', 'done', 'failed')),
    rows BIGINT NOT NULL,
    rows_done BIGINT NOT NULL,
    -- What came of it: JSON.
    outcome TEXT,
    created_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL
);
CREATE INDEX customer_imports_by_shop ON customer_imports (shop_id);
