import { edit, type Mutation, unit } from './mutation.ts'

const PROOF = 'gateway/node/grant-proof.test.ts'
const PAUSES = 'src/terminal/interface-pauses.ts'
const GATE = 'src/api/operator-gate.ts'
const RIGHTS = 'api/operator-gate.test.ts'
const DOCUMENTS = 'src/terminal/scene-documents.ts'

/** What people and the service may do to a terminal, and what it says of itself. */
export const TERMINAL_GUARDS: readonly Mutation[] = [
  {
    promise: 'P1',
    what: 'a payment call that cannot be proven is not sent',
    edits: [
      edit(
        'src/gateway/node/http.ts',
        'if (begun && !proof) return',
        'if (begun && !first) return',
      ),
    ],
    proofs: [unit(PROOF)],
  },
  {
    promise: 'P7',
    what: 'a proof goes to no address that the grant does not name',
    edits: [
      edit(
        'src/gateway/node/http.ts',
        'const isNamed = proof?.origins.includes(this.#origins[host]) ?? false',
        'const isNamed = this.#origins[host] !== undefined',
      ),
    ],
    proofs: [unit(PROOF)],
  },
  {
    promise: 'P8',
    what: 'money in flight is settled without a proof',
    edits: [
      edit(
        'src/gateway/node/grant-proof.ts',
        ' ? prove?.(call) : undefined\n}',
        ' || prove ? prove?.(call) : undefined\n}',
      ),
    ],
    proofs: [unit(PROOF)],
  },
  {
    promise: 'P7',
    what: 'an interface that is paused takes no new money',
    edits: [edit(PAUSES, '!pauses.isPaused(request.interface)', '!pauses')],
    proofs: [unit('terminal/interface-pauses.test.ts')],
  },
  {
    promise: 'P8',
    what: 'a pause is asked about new money only',
    edits: [edit(PAUSES, '!isNewMoney || !pauses', '(!isNewMoney && !pauses) || !pauses')],
    proofs: [unit('terminal/interface-pauses.test.ts')],
  },
  {
    promise: 'P7',
    what: 'the row that says what is paused outlives every cut',
    edits: [
      edit('src/journal/node/compact.ts', "'$.event.pauses') > 0)", "'$.event.pauses') < 0)"),
    ],
    proofs: [unit('journal/compact.test.ts')],
  },
  {
    promise: 'AC-5/terminal',
    what: 'a screen needs a session where there are operators',
    edits: [
      edit(
        GATE,
        'if (known.value.length > 0) return err(',
        'if (known.value.length < 0) return err(',
      ),
    ],
    proofs: [unit(RIGHTS)],
  },
  {
    promise: 'AC-5/terminal',
    what: 'an operation of the terminal needs a session, whatever the token is',
    edits: [
      edit(
        GATE,
        'return by.ok ? ok({ input: rest, by: by.value }) : by\n  }\n  return isOfCounter',
        "return ok({ input: rest, by: by.ok ? by.value : { name: '', role: 'cashier' } })\n  }\n  return isOfCounter",
      ),
    ],
    proofs: [unit(RIGHTS)],
  },
  {
    promise: 'AC-5/terminal',
    what: 'a caller is a screen for what only a screen may ask, whatever else it holds',
    edits: [
      edit(
        GATE,
        "scope !== 'screen' && held.includes(scope))",
        "scope !== 'screen' && held.some((one) => one !== 'screen'))",
      ),
    ],
    proofs: [unit(RIGHTS)],
  },
  {
    promise: 'AC-5/terminal',
    what: 'the role of whoever is signed in includes the right',
    edits: [
      edit(
        'src/terminal/administration.ts',
        'if (mayDo(found.role, right)) return ok(found)',
        'if (found.role !== undefined) return ok(found)',
      ),
    ],
    proofs: [unit('terminal/administration.test.ts')],
  },
  {
    promise: 'AC-5/terminal',
    what: 'somebody who was removed, or has another role, is signed out',
    edits: [
      edit('src/terminal/administration.ts', 'if (!isAsBefore) {', 'if (!isAsBefore && !found) {'),
    ],
    proofs: [unit('terminal/administration.test.ts')],
  },
  {
    promise: 'P5',
    what: 'what was noted of the newest row is held against the journal at a start',
    edits: [
      edit(
        'src/journal/node/checkpoints.ts',
        'if (reached) this.#mustHold(reached, { head, base })',
        'if (reached && !base) this.#mustHold(reached, { head, base })',
      ),
    ],
    proofs: [unit('journal/head-file.test.ts')],
  },
  {
    promise: 'P5',
    what: 'what was noted of the newest row is believed of the own key only',
    edits: [
      edit(
        'src/journal/node/checkpoints.ts',
        "headFile?.newest((mark) => isSigned(signer, 'head', mark))",
        'headFile?.newest((mark) => mark.seq > 0)',
      ),
    ],
    proofs: [unit('journal/head-file.test.ts')],
  },
  {
    promise: 'P7',
    what: 'what a grant closes later is not sealed as closed before',
    edits: [edit(DOCUMENTS, 'closedAtMs <= nowMs)', 'closedAtMs > 0)')],
    proofs: [unit('terminal/scene-documents.test.ts')],
  },
  {
    promise: 'P7',
    what: 'what M9 closed under a grant stays closed under the next',
    edits: [edit(DOCUMENTS, '      ...closedBy(keeper, current),\n', '')],
    proofs: [unit('terminal/scene-documents.test.ts')],
  },
  {
    promise: 'P7',
    what: 'a grant that was issued after M9 is not closed by it',
    edits: [
      edit(
        DOCUMENTS,
        "code === 'M9' && grant.issuedAtMs <= effectiveAtMs",
        "code === 'M9' && effectiveAtMs > 0",
      ),
    ],
    proofs: [unit('terminal/scene-documents.test.ts')],
  },
  {
    promise: 'P7',
    what: 'a position in the configuration counts in a rehearsal only',
    edits: [
      edit(
        'src/terminal/scene-place.ts',
        'configured !== undefined && this.#isForRehearsal(grant)',
        'configured !== undefined && isRehearsal',
      ),
    ],
    proofs: [unit('terminal/scene-place.test.ts')],
  },
  {
    promise: 'P4',
    what: 'a refund that was given up is only certain not to arrive after ten minutes',
    edits: [
      edit(
        'src/checkout/refund.ts',
        'return askedAtMs >= fromMs + WAITS.refundArrivesMs',
        'return askedAtMs >= fromMs',
      ),
    ],
    proofs: [unit('engine/refund-given-up.test.ts')],
  },
  {
    promise: 'P4',
    what: 'and after a restart these minutes begin again',
    edits: [
      edit(
        'src/checkout/refund-steps.ts',
        'isOlder ? { ...refund, waitsFromMs: upSinceMs } : refund',
        'isOlder && !atMs ? { ...refund, waitsFromMs: upSinceMs } : refund',
      ),
    ],
    proofs: [unit('engine/refund-given-up.test.ts')],
  },
  {
    promise: 'P4',
    what: 'a refund that the gateway took is never one that did not arrive',
    edits: [
      edit(
        'src/checkout/refund.ts',
        '|| isTaken(refund)) return false',
        '|| !refund) return false',
      ),
    ],
    proofs: [unit('engine/refund-given-up.test.ts')],
  },
]
