-- Banks that have left the consortium: a backup from before that must not be put back without asking them.
ALTER TABLE peer ADD COLUMN has_left INTEGER NOT NULL DEFAULT 0 CHECK (has_left IN (0, 1));
