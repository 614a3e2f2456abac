-- expand: a new table only.
-- What is left of punchouts that were removed for their age: how many there were, of nobody. The twin of this file lies in
-- ../../postgres.

CREATE TABLE punchout_counts (
    -- When they were opened, in UTC: 2026-11-27.
    day TEXT NOT NULL,
    system_id TEXT NOT NULL,
    -- How they ended.
    state TEXT NOT NULL CHECK (state IN ('returned', 'closed', 'cancelled', 'expired')),
    number BIGINT NOT NULL,
    PRIMARY KEY (day, system_id, state)
);
CREATE INDEX punchout_counts_by_system ON punchout_counts (system_id, day);
