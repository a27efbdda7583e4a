-- Ledgers put back from a backup, and the account for what their balances cannot bear.

-- A balance's accounts were named in a check, which only a new table changes. Its rows are taken away and put back in one
-- transaction: the postings that refer to them are counted again as they come.
CREATE TABLE balance_before (account TEXT, balance INTEGER, held INTEGER, incoming INTEGER) STRICT;
INSERT INTO balance_before SELECT account, balance, held, incoming FROM balance;
DROP TABLE balance;
CREATE TABLE balance (
    account  TEXT PRIMARY KEY NOT NULL
             CHECK (account IN ('till', 'suspense') OR account GLOB 'due-to/?*' OR account GLOB 'due-from/?*'
                    OR account GLOB '[0-9]*-[0-9]'),
    balance  INTEGER NOT NULL CHECK (balance BETWEEN -100000000000000000 AND 100000000000000000),
    held     INTEGER NOT NULL CHECK (held >= 0),
    incoming INTEGER NOT NULL CHECK (incoming >= 0),
    -- A customer never has less than what is promised away.
    CHECK (account NOT GLOB '[0-9]*' OR held <= balance)
) STRICT, WITHOUT ROWID;
INSERT INTO balance SELECT account, balance, held, incoming FROM balance_before;
DROP TABLE balance_before;

-- Each time that a backup took the ledger's place. Until the other banks have said what it lacks, `report` is null, and the
-- bank takes nothing.
CREATE TABLE restoration (
    place        INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms        INTEGER NOT NULL,
    -- The last life in the copy, the last attempt of it there, and the last posting.
    epoch         INTEGER NOT NULL CHECK (epoch >= 0),
    last_sequence INTEGER NOT NULL CHECK (last_sequence >= 0),
    last_posting INTEGER NOT NULL CHECK (last_posting >= 0),
    report       TEXT
) STRICT;
CREATE UNIQUE INDEX restoration_pending ON restoration ((report IS NULL)) WHERE report IS NULL;

CREATE TRIGGER restoration_kept BEFORE DELETE ON restoration
BEGIN SELECT RAISE(ABORT, 'a restoration is kept for good'); END;
CREATE TRIGGER restoration_reported_once BEFORE UPDATE ON restoration
WHEN OLD.report IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what was recovered is reported once'); END;
