/**
 * Signed checkpoints of the chain, and cuts: where the chain begins once old rows were dropped. A cut
 * can be made at a checkpoint only, and nothing above the newest cut can be deleted. Frozen.
 */
export const CHECKPOINTS = `
CREATE TABLE checkpoint (
  seq INTEGER PRIMARY KEY,
  hash BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  signature BLOB NOT NULL
) STRICT;
CREATE TABLE cut (
  seq INTEGER PRIMARY KEY,
  hash BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  signature BLOB NOT NULL
) STRICT;

CREATE TRIGGER cut_only_at_a_checkpoint BEFORE INSERT ON cut
WHEN NOT EXISTS (SELECT 1 FROM checkpoint WHERE seq = NEW.seq AND hash = NEW.hash)
  OR NEW.seq <= (SELECT coalesce(max(seq), 0) FROM cut)
BEGIN SELECT RAISE(ABORT, 'the journal is cut at a checkpoint only'); END;
CREATE TRIGGER cut_is_append_only_update BEFORE UPDATE ON cut
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER cut_is_append_only_delete BEFORE DELETE ON cut
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER checkpoint_is_append_only_update BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER checkpoint_is_append_only_delete BEFORE DELETE ON checkpoint
WHEN OLD.seq > (SELECT coalesce(max(seq), 0) FROM cut)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

DROP TRIGGER event_is_append_only_delete;
CREATE TRIGGER event_is_append_only_delete BEFORE DELETE ON event
WHEN OLD.seq > (SELECT coalesce(max(seq), 0) FROM cut)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
`
