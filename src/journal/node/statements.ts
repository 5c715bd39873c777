import type Database from 'better-sqlite3'

/** Every statement of an open journal, compiled once. */
export type Statements = ReturnType<typeof prepare>

/** Compiles them; the tables must be there. */
export function prepare(db: Database.Database) {
  return { ...events(db), ...sales(db), ...marks(db) }
}

function events(db: Database.Database) {
  return {
    lastEvent: db.prepare('SELECT * FROM event ORDER BY seq DESC LIMIT 1'),
    firstSeq: db.prepare('SELECT seq FROM event ORDER BY seq LIMIT 1'),
    eventsDown: db.prepare('SELECT * FROM event ORDER BY seq DESC'),
    eventBySeq: db.prepare('SELECT * FROM event WHERE seq = ?'),
    eventsFrom: db.prepare('SELECT * FROM event WHERE seq >= ? ORDER BY seq LIMIT ?'),
    lastOfKind: db.prepare(
      'SELECT * FROM event WHERE kind = ? AND sale_id IS NULL ORDER BY seq DESC LIMIT 1',
    ),
    insertEvent: db.prepare(
      `INSERT INTO event (seq, at_ms, kind, sale_id, out_trade_no, body, hash)
       VALUES (@seq, @at_ms, @kind, @sale_id, @out_trade_no, @body, @hash)`,
    ),
    insertCommand: db.prepare(
      'INSERT INTO command (client_id, digest, answer, seq) VALUES (@clientId, @digest, @answer, @seq)',
    ),
    commandById: db.prepare(
      'SELECT client_id AS clientId, digest, answer FROM command WHERE client_id = ?',
    ),
  }
}

function sales(db: Database.Database) {
  return {
    upsertSale: db.prepare(
      `INSERT INTO sale (id, seq, open, body) VALUES (@id, @seq, @open, @body)
       ON CONFLICT (id) DO UPDATE SET open = excluded.open, body = excluded.body`,
    ),
    insertAttempt: db.prepare(
      'INSERT INTO attempt (out_trade_no, sale_id, seq) VALUES (@out_trade_no, @sale_id, @seq)',
    ),
    insertMoney: db.prepare(
      `INSERT OR IGNORE INTO money (kind, number, seq, sale_id, amount_fen, interface, operator)
       VALUES (@kind, @number, @seq, @saleId, @amountFen, @interface, @operator)`,
    ),
    money: db.prepare(
      `SELECT kind, interface, operator, count(*) AS count, sum(amount_fen) AS amountFen
       FROM money WHERE seq > ? AND seq <= ?
       GROUP BY kind, interface, operator ORDER BY kind, interface, operator`,
    ),
    openSales: db.prepare('SELECT body FROM sale WHERE open = 1 ORDER BY seq'),
    countOpen: db.prepare('SELECT count(*) AS n FROM sale WHERE open = 1'),
    salesUp: db.prepare('SELECT body FROM sale ORDER BY rowid'),
    salesDown: db.prepare('SELECT body FROM sale ORDER BY rowid DESC'),
    saleById: db.prepare('SELECT seq, body FROM sale WHERE id = ?'),
    salesAfter: db.prepare('SELECT count(*) AS n FROM sale WHERE seq > ?'),
    saleSeq: db.prepare('SELECT seq FROM sale WHERE id = ?'),
    recentSales: db.prepare('SELECT body FROM sale WHERE seq < ? ORDER BY seq DESC LIMIT ?'),
  }
}

function marks(db: Database.Database) {
  return {
    insertCheckpoint: db.prepare(
      `INSERT OR IGNORE INTO checkpoint (seq, hash, at_ms, key_id, signature)
       VALUES (@seq, @hash, @at_ms, @key_id, @signature)`,
    ),
    lastCheckpoint: db.prepare('SELECT * FROM checkpoint ORDER BY seq DESC LIMIT 1'),
    checkpointsBetween: db.prepare('SELECT * FROM checkpoint WHERE seq > ? AND seq <= ?'),
    newestCut: db.prepare('SELECT * FROM cut ORDER BY seq DESC LIMIT 1'),
  }
}
