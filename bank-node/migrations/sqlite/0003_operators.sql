-- What operators did, each line chained by hash to the one before, never changed once written; and whose password an
-- operator has set, so that it opens nothing but its own change.

CREATE TABLE operator_entry (
    number   INTEGER PRIMARY KEY CHECK (number >= 1),
    at_ms    INTEGER NOT NULL,
    operator TEXT NOT NULL,
    action   TEXT NOT NULL,
    subject  TEXT,
    outcome  TEXT NOT NULL,
    hash     BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER operator_entry_follows BEFORE INSERT ON operator_entry
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM operator_entry)
BEGIN SELECT RAISE(ABORT, 'the operators'' log has no gaps'); END;
CREATE TRIGGER operator_entry_stays BEFORE UPDATE ON operator_entry
BEGIN SELECT RAISE(ABORT, 'the operators'' log never changes'); END;
CREATE TRIGGER operator_entry_kept BEFORE DELETE ON operator_entry
BEGIN SELECT RAISE(ABORT, 'the operators'' log never changes'); END;

ALTER TABLE customer ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1));
