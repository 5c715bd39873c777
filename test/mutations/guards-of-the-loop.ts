import { crash, edit, type Mutation, simulation, unit } from './mutation.ts'

const ENGINE = 'engine/promises.test.ts'
const JOURNAL = 'journal/sqlite-journal.test.ts'
const LOOP = 'src/engine/engine.ts'
const SQLITE = 'src/journal/node/sqlite-journal.ts'

/** The loop, its journal, and what starts again after a crash. */
export const LOOP_GUARDS: readonly Mutation[] = [
  {
    promise: 'P1',
    what: 'nothing is done when the journal could not take the step',
    edits: [edit(LOOP, 'if (!written.ok) {', 'if (!written.ok && identity) {')],
    proofs: [unit(ENGINE), simulation(20_000, 'before it')],
  },
  {
    promise: 'P1',
    what: 'the step is durable before its effects run',
    edits: [
      edit(
        LOOP,
        'this.#effects.sign(step.effects)\n',
        'this.#effects.sign(step.effects)\n    this.#take(step)\n',
      ),
      edit(LOOP, 'this.#take(step)\n    resolve?.(answer)', 'resolve?.(answer)'),
    ],
    proofs: [unit(ENGINE), simulation(20_060, 'before it')],
  },
  {
    promise: 'P1',
    what: 'the commit is on the disk before the charge is on the wire',
    // The journal asks after opening whether it is so; both guards go together.
    edits: [
      edit(SQLITE, 'synchronous = FULL', 'synchronous = NORMAL'),
      edit(SQLITE, "if (setting !== 'FULL')", "if (setting === 'OFF')"),
    ],
    proofs: [
      unit(JOURNAL),
      crash('fsync.test.ts', 'P1 the attempt'),
      crash('fsync.test.ts', 'P1 a refund'),
    ],
  },
  {
    promise: 'P2',
    what: 'an order number is used once',
    edits: [
      edit(
        'src/journal/migrations/0001-begin.ts',
        'out_trade_no TEXT PRIMARY KEY',
        'out_trade_no TEXT',
      ),
    ],
    proofs: [unit(JOURNAL)],
  },
  {
    promise: 'P2',
    what: 'a command given twice is carried out once',
    edits: [
      edit(
        'src/engine/first-answer.ts',
        'const before = journal.command(identity.clientId)',
        "const before = journal.command('')",
      ),
    ],
    proofs: [simulation(20_000, 'a step was refused: UNIQUE constraint failed')],
  },
  {
    promise: 'P2',
    what: 'a command given twice is carried out once, by two guards: the look and the key',
    edits: [
      edit(
        'src/engine/first-answer.ts',
        'const before = journal.command(identity.clientId)',
        "const before = journal.command('')",
      ),
      edit(
        'src/journal/node/statements.ts',
        "'INSERT INTO command",
        "'INSERT OR IGNORE INTO command",
      ),
    ],
    proofs: [simulation(20_000, 'another answer to')],
  },
  {
    promise: 'P2',
    what: 'a client id is good for one body',
    edits: [
      edit(
        'src/engine/first-answer.ts',
        'before.digest !== identity.digest',
        'before.digest === ""',
      ),
    ],
    proofs: [simulation(20_000, 'a reused id worked')],
  },
  {
    promise: 'P4',
    what: 'an attempt in flight is queried after a restart',
    edits: [edit('src/checkout/recover.ts', "return [{ kind: 'query', sale }, ", 'return [')],
    proofs: [unit(ENGINE), simulation(20_000, 'never settled')],
  },
  {
    promise: 'P4',
    what: 'a refund under way is queried after a restart',
    edits: [
      edit(
        'src/checkout/recover.ts',
        'return refundQuestions(sale)',
        'return refundQuestions(sale).slice(1)',
      ),
    ],
    proofs: [simulation(20_000, 'refund never settled')],
  },
  {
    promise: 'P4',
    what: 'the waits of an attempt begin again after a restart',
    edits: [edit('src/checkout/recover.ts', '        waitsFromMs: atMs,\n', '')],
    proofs: [simulation(20_000, 'reversed after ')],
  },
  {
    promise: 'P6',
    what: "the gateway's words are stripped of codes",
    edits: [edit('src/domain/redact.ts', "'[redacted]'", "'$&'")],
    proofs: [unit(ENGINE)],
  },
  {
    promise: 'P6',
    what: 'a code is forgotten after 60 s',
    edits: [edit('src/engine/vault.ts', '() => this.#codes.delete(handle))', '() => undefined)')],
    proofs: [unit(ENGINE)],
  },
  {
    promise: 'P6',
    what: 'the journal is given no code, by two guards: the handle and the stripping',
    edits: [
      edit(
        'src/engine/label-event.ts',
        '    credentialRef: vault.put({ code: seen.label, digest }),',
        '    ...{ credential: seen.label },\n    credentialRef: vault.put({ code: seen.label, digest }),',
      ),
      edit('src/engine/record.ts', 'event: withoutCodes({', 'event: ({'),
    ],
    proofs: [simulation(20_000, 'a payment code is in row')],
  },
  {
    promise: 'P9',
    what: 'PAID is told when it is durable',
    edits: [
      edit(
        LOOP,
        'const { journal, onPoint } = this.#options\n',
        'const { journal, onPoint } = this.#options\n    for (const sale of step.changed) this.#audience.sales.send(sale)\n',
      ),
    ],
    proofs: [simulation(20_000, 'heard PAID before it was durable')],
  },
  {
    promise: 'P10',
    what: 'a listener that throws stops nobody',
    edits: [
      edit(
        'src/engine/broadcast.ts',
        "this.#log.error('a listener failed', { detail })",
        'throw new Error(detail)',
      ),
    ],
    proofs: [unit(ENGINE)],
  },
]
