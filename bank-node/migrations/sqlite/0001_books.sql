-- The books of one bank. Money is in centavos, times in milliseconds since 1970, ids are the 16 bytes of a UUID, digests
-- and hashes the 32 bytes of a SHA-256. What a person wrote or what has no columns of its own is JSON.
--
-- The checks repeat what the program holds to anyway: a row that breaks one comes from a bug, and ends the process.

CREATE TABLE meta (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    bank TEXT NOT NULL
) STRICT;

CREATE TABLE epoch (
    epoch INTEGER PRIMARY KEY CHECK (epoch >= 1),
    nonce TEXT NOT NULL,
    whole INTEGER NOT NULL CHECK (whole IN (0, 1))
) STRICT;

-- Customers, their log-ins and their accounts.

CREATE TABLE customer (
    id            BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    cpf           TEXT NOT NULL UNIQUE CHECK (length(cpf) = 11),
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_ms    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    id         BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    customer   BLOB NOT NULL REFERENCES customer (id) DEFERRABLE INITIALLY DEFERRED,
    created_ms INTEGER NOT NULL,
    used_ms    INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_customer ON session (customer);

CREATE TABLE account (
    number    INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 999999999999),
    kind      TEXT NOT NULL CHECK (kind IN ('personal', 'joint', 'business')),
    status    TEXT NOT NULL CHECK (status IN ('open', 'frozen', 'closed')),
    opened_by BLOB NOT NULL REFERENCES customer (id) DEFERRABLE INITIALLY DEFERRED,
    opened_ms INTEGER NOT NULL,
    cnpj      TEXT CHECK (length(cnpj) = 14),
    company   TEXT,
    CHECK ((kind = 'business') = (cnpj IS NOT NULL)),
    CHECK ((cnpj IS NULL) = (company IS NULL))
) STRICT;
CREATE UNIQUE INDEX account_of_company ON account (cnpj) WHERE cnpj IS NOT NULL AND status <> 'closed';
CREATE UNIQUE INDEX account_personal ON account (opened_by) WHERE kind = 'personal' AND status <> 'closed';

CREATE TABLE holder (
    account  INTEGER NOT NULL REFERENCES account (number) DEFERRABLE INITIALLY DEFERRED,
    place    INTEGER NOT NULL CHECK (place >= 0),
    customer BLOB NOT NULL REFERENCES customer (id) DEFERRABLE INITIALLY DEFERRED,
    status   TEXT NOT NULL CHECK (status IN ('holder', 'invited')),
    named_ms INTEGER NOT NULL,
    PRIMARY KEY (account, place),
    UNIQUE (account, customer)
) STRICT, WITHOUT ROWID;
CREATE INDEX holder_by_customer ON holder (customer, account);

-- A word from a customer that another bank may act for them.
CREATE TABLE consent (
    id                BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    giver             BLOB NOT NULL REFERENCES customer (id) DEFERRABLE INITIALLY DEFERRED,
    bank              TEXT NOT NULL,
    customer          BLOB NOT NULL CHECK (length(customer) = 16),
    may_view          INTEGER NOT NULL CHECK (may_view IN (0, 1)),
    may_pay           INTEGER NOT NULL CHECK (may_pay IN (0, 1)),
    limit_per_package INTEGER NOT NULL CHECK (limit_per_package >= 0),
    limit_per_day     INTEGER NOT NULL CHECK (limit_per_day >= 0),
    expires_ms        INTEGER NOT NULL,
    created_ms        INTEGER NOT NULL,
    used_day          INTEGER NOT NULL,
    used              INTEGER NOT NULL CHECK (used >= 0),
    ended_ms          INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX consent_standing ON consent (bank, customer, giver) WHERE ended_ms IS NULL;
CREATE INDEX consent_by_giver ON consent (giver) WHERE ended_ms IS NULL;

-- Money. Ledger accounts are written '1042-8', 'till', 'due-to/boreal', 'due-from/boreal'.

CREATE TABLE balance (
    account  TEXT PRIMARY KEY NOT NULL
             CHECK (account = 'till' OR account GLOB 'due-to/?*' OR account GLOB 'due-from/?*' OR account GLOB '[0-9]*-[0-9]'),
    balance  INTEGER NOT NULL CHECK (balance BETWEEN -100000000000000000 AND 100000000000000000),
    held     INTEGER NOT NULL CHECK (held >= 0),
    incoming INTEGER NOT NULL CHECK (incoming >= 0),
    -- A customer never has less than what is promised away.
    CHECK (account NOT GLOB '[0-9]*' OR held <= balance)
) STRICT, WITHOUT ROWID;

-- Never changed once written; numbered without gaps; each hash is over the one before.
CREATE TABLE posting (
    number        INTEGER PRIMARY KEY CHECK (number >= 1),
    at_ms         INTEGER NOT NULL,
    account       TEXT NOT NULL REFERENCES balance (account) DEFERRABLE INITIALLY DEFERRED,
    package       BLOB NOT NULL CHECK (length(package) = 16),
    attempt       TEXT NOT NULL,
    leg           INTEGER CHECK (leg BETWEEN 0 AND 65535),
    amount        INTEGER NOT NULL CHECK (amount <> 0),
    balance_after INTEGER NOT NULL CHECK (balance_after BETWEEN -100000000000000000 AND 100000000000000000),
    counterparty  TEXT,
    description   TEXT,
    hash          BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
-- The row's number stands at the end of each index entry: statements are read from it newest first.
CREATE INDEX posting_by_account ON posting (account);
CREATE INDEX posting_by_package ON posting (package);

CREATE TRIGGER posting_follows BEFORE INSERT ON posting
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM posting)
BEGIN SELECT RAISE(ABORT, 'I12: posting numbers have no gaps'); END;
CREATE TRIGGER posting_stays BEFORE UPDATE ON posting
BEGIN SELECT RAISE(ABORT, 'I12: postings never change'); END;
CREATE TRIGGER posting_kept BEFORE DELETE ON posting
BEGIN SELECT RAISE(ABORT, 'I12: postings never change'); END;

-- Packages: what each bank that holds an account remembers of them, and what was ordered here.

CREATE TABLE package (
    id       BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    digest   BLOB NOT NULL CHECK (length(digest) = 32),
    state    TEXT NOT NULL CHECK (state IN ('open', 'live', 'spent', 'closed')),
    attempt  TEXT,
    refusals TEXT,
    CHECK ((state IN ('live', 'spent')) = (attempt IS NOT NULL)),
    CHECK ((state = 'closed') = (refusals IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER package_spent_once BEFORE UPDATE ON package
WHEN OLD.state = 'spent' AND (NEW.state <> 'spent' OR NEW.attempt <> OLD.attempt)
BEGIN SELECT RAISE(ABORT, 'I8: a package is spent once'); END;
CREATE TRIGGER package_closed_stays BEFORE UPDATE ON package
WHEN OLD.state = 'closed' AND (NEW.state <> 'closed' OR NEW.digest <> OLD.digest)
BEGIN SELECT RAISE(ABORT, 'I8: a closed package is closed for good'); END;

CREATE TABLE orders (
    -- The order in which they came: what pages of a customer's orders go by.
    place      INTEGER PRIMARY KEY AUTOINCREMENT,
    package    BLOB NOT NULL UNIQUE CHECK (length(package) = 16),
    customer   BLOB NOT NULL REFERENCES customer (id) DEFERRABLE INITIALLY DEFERRED,
    legs       TEXT NOT NULL,
    digest     BLOB NOT NULL CHECK (length(digest) = 32),
    age_ms     INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('in_progress', 'elsewhere', 'committed', 'refused', 'aborted')),
    attempt    TEXT,
    refusals   TEXT,
    decided_ms INTEGER,
    CHECK (state NOT IN ('elsewhere', 'committed') OR attempt IS NOT NULL),
    CHECK ((state IN ('refused', 'aborted')) = (refusals IS NOT NULL)),
    CHECK ((state IN ('committed', 'refused', 'aborted')) = (decided_ms IS NOT NULL))
) STRICT;
CREATE INDEX orders_by_customer ON orders (customer);
CREATE INDEX orders_in_progress ON orders (package) WHERE state = 'in_progress';

-- Attempts, at the bank that coordinates them, and portions, at every bank that takes part.

CREATE TABLE attempt (
    coordinator  TEXT NOT NULL,
    epoch        INTEGER NOT NULL CHECK (epoch >= 0),
    sequence     INTEGER NOT NULL CHECK (sequence >= 0),
    package      BLOB NOT NULL CHECK (length(package) = 16),
    digest       BLOB NOT NULL CHECK (length(digest) = 32),
    participants TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('begun', 'committed', 'aborted')),
    decided_ms   INTEGER,
    refusals     TEXT,
    closes       INTEGER CHECK (closes IN (0, 1)),
    no_voters    TEXT,
    unacked      TEXT,
    PRIMARY KEY (coordinator, epoch, sequence),
    CHECK ((state = 'begun') = (decided_ms IS NULL)),
    CHECK ((state = 'aborted') = (refusals IS NOT NULL AND closes IS NOT NULL AND no_voters IS NOT NULL))
) STRICT, WITHOUT ROWID;
-- What a new life goes on with. `unacked` is null once all have confirmed.
CREATE INDEX attempt_unended ON attempt (coordinator, epoch, sequence) WHERE state = 'begun' OR unacked IS NOT NULL;

CREATE TRIGGER attempt_decided_once BEFORE UPDATE ON attempt
WHEN OLD.state <> 'begun' AND NEW.state <> OLD.state
BEGIN SELECT RAISE(ABORT, 'I1: a decision is made once'); END;
CREATE TRIGGER attempt_committed_kept BEFORE DELETE ON attempt
WHEN OLD.state = 'committed'
BEGIN SELECT RAISE(ABORT, 'R5: what committed is kept for good'); END;

CREATE TABLE portion (
    coordinator TEXT NOT NULL,
    epoch       INTEGER NOT NULL CHECK (epoch >= 0),
    sequence    INTEGER NOT NULL CHECK (sequence >= 0),
    package     BLOB CHECK (length(package) = 16),
    state       TEXT NOT NULL CHECK (state IN ('prepared', 'committed', 'aborted')),
    vote        TEXT,
    promise     TEXT,
    PRIMARY KEY (coordinator, epoch, sequence),
    CHECK (state = 'aborted' OR (package IS NOT NULL AND promise IS NOT NULL AND vote IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX portion_by_package ON portion (package) WHERE package IS NOT NULL;
CREATE INDEX portion_prepared ON portion (coordinator, epoch, sequence) WHERE state = 'prepared';
-- Tombstones, as they are let go.
CREATE INDEX portion_tombstone ON portion (coordinator, epoch, sequence) WHERE state = 'aborted';

CREATE TRIGGER portion_ended_stays BEFORE UPDATE ON portion
WHEN OLD.state <> 'prepared' AND NEW.state <> OLD.state
BEGIN SELECT RAISE(ABORT, 'R3: votes and refusals are final'); END;
CREATE TRIGGER portion_promise_kept BEFORE DELETE ON portion
WHEN OLD.state <> 'aborted'
BEGIN SELECT RAISE(ABORT, 'R5: promises and what committed are kept'); END;

-- Other banks, and what must not happen.

CREATE TABLE peer (
    bank         TEXT PRIMARY KEY NOT NULL,
    epoch        INTEGER NOT NULL CHECK (epoch >= 0),
    nonce        TEXT NOT NULL,
    low_epoch    INTEGER NOT NULL CHECK (low_epoch >= 0),
    low_sequence INTEGER NOT NULL CHECK (low_sequence >= 0),
    last_commit  TEXT,
    barred       INTEGER NOT NULL CHECK (barred IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (
    place   INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms   INTEGER NOT NULL,
    bank    TEXT NOT NULL,
    attempt TEXT,
    what    TEXT NOT NULL
) STRICT;
