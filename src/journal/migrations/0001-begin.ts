/** The first schema. Frozen: imports nothing of ours and is never edited once released. */
export const BEGIN = `
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  sale_id TEXT,
  out_trade_no TEXT,
  body TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER event_is_append_only_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER event_is_append_only_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TABLE sale (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  open INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX sale_by_age ON sale (seq);
CREATE INDEX sale_open ON sale (seq) WHERE open = 1;

CREATE TABLE attempt (
  out_trade_no TEXT PRIMARY KEY,
  sale_id TEXT NOT NULL,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE command (
  client_id TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  answer TEXT NOT NULL,
  seq INTEGER NOT NULL
) STRICT;
`
