/**
 * Money that became certain, by the step that made it so: what a shift is counted from. Filled from
 * the sales of an older journal, under the step that began each of them. Frozen.
 */
export const MONEY = `
CREATE TABLE money (
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  seq INTEGER NOT NULL,
  sale_id TEXT NOT NULL,
  amount_fen INTEGER NOT NULL,
  interface TEXT NOT NULL,
  operator TEXT,
  PRIMARY KEY (kind, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX money_by_step ON money (seq);

INSERT INTO money (kind, number, seq, sale_id, amount_fen, interface)
SELECT 'payment', attempt.value ->> 'outTradeNo', sale.seq, sale.id,
  attempt.value ->> 'amountFen', attempt.value ->> 'interface'
FROM sale, json_each(sale.body, '$.attempts') AS attempt
WHERE attempt.value ->> 'outcome' = 'PAID';

CREATE INDEX event_by_kind ON event (kind, seq) WHERE kind IN ('shift_closed');
`
