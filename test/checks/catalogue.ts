/**
 * What proves a check. `decision`: the pure rules; `terminal`: the running terminal, its screens, disk
 * and wire; `service`: the side that issues grants and takes payments; `release`: what is shipped.
 */
export type Part = 'decision' | 'terminal' | 'service' | 'release'

/** One acceptance check: what is to be seen, and which parts have to show it. */
export type Check = { readonly id: string; readonly what: string; readonly parts: readonly Part[] }

const DECISION: readonly Part[] = ['decision']
const TERMINAL: readonly Part[] = ['terminal']
const SERVICE: readonly Part[] = ['service']
const BOTH: readonly Part[] = ['decision', 'terminal']
const BOTH_ENDS: readonly Part[] = ['terminal', 'service']
const EVERYWHERE: readonly Part[] = ['decision', 'terminal', 'service']

function check(id: string, parts: readonly Part[], what: string): Check {
  return { id, parts, what }
}

const MEASURES = Array.from({ length: 10 }, (_, index) =>
  check(
    `AC-16.M${index + 1}`,
    BOTH,
    `every request under M${index + 1} comes to what its row says, whenever the measure arrives`,
  ),
)

/** Every check. The list is complete; what is not built yet is told as missing. */
export const CATALOGUE: readonly Check[] = [
  check(
    'AC-1',
    TERMINAL,
    'the journal names merchant, store, terminal, interface, grant and reason of a charge',
  ),
  check(
    'AC-2a',
    BOTH,
    'away from its place the terminal signs no charge, says so and tells the service',
  ),
  check(
    'AC-2b',
    BOTH,
    'with another gateway or authority than granted the checkout does not start',
  ),
  check('AC-2c', DECISION, 'a grant without the kind of merchant is rejected'),
  check(
    'AC-3',
    BOTH_ENDS,
    'a measure is in force within the bound when online, by expiry when not',
  ),
  check('AC-4a', BOTH, 'another currency is rejected before any scan'),
  check('AC-4b', DECISION, 'a grant for a place that is not on the mainland is rejected'),
  check('AC-5', TERMINAL, 'a cashier cannot change grant, limits, measures, address or gateway'),
  check('AC-6', EVERYWHERE, 'a grant or bulletin signed in the wrong role is rejected'),
  check(
    'AC-7',
    TERMINAL,
    'refusals and faults reach the service as events without personal content',
  ),
  check(
    'AC-8a',
    BOTH,
    'one payment is held against its limit before the scan; the limit itself passes',
  ),
  check('AC-8b', TERMINAL, 'a limit of the customer ends the order, without a retry or a split'),
  check('AC-8c', TERMINAL, 'no identifier of a customer is on the disk after a day of trading'),
  check('AC-9', DECISION, 'an interface without a limit for payment, day or month is off'),
  check(
    'AC-10a',
    DECISION,
    'micro credit reaches the limit of the day; beyond, credit is excluded or refused',
  ),
  check('AC-10b', DECISION, 'a full month excludes credit on a new day'),
  check('AC-10c', DECISION, 'day and month roll in Shanghai and never back'),
  check('AC-10d', DECISION, 'a refund gives no room back'),
  check('AC-10e', DECISION, 'lost counters exclude credit'),
  check('AC-11a', BOTH, 'an interface that is not granted opens no device and sends nothing'),
  check('AC-11b', DECISION, 'an interface nobody knows grants nothing and is flagged'),
  check('AC-11c', BOTH, 'face pay is not offered without another way to pay'),
  check('AC-12a', SERVICE, 'a grant is refused for each item of evidence that is missing, by name'),
  check('AC-12b', SERVICE, 'evidence of one scene and store does not serve another'),
  check('AC-12c', SERVICE, 'an address without a photo approves neither codes nor face'),
  check('AC-12d', SERVICE, 'H5 is refused, since no evidence is defined for it'),
  check('AC-13a', TERMINAL, 'the merchant key is nowhere on the disk outside its store'),
  check('AC-13b', BOTH, 'a certificate warns before its end and stops charges and refunds at it'),
  check('AC-13c', BOTH, 'a certificate of one merchant and a grant of another do not start'),
  check('AC-13d', TERMINAL, 'a cashier can neither bring in nor take out a key'),
  check('AC-13e', SERVICE, 'a revoked certificate is refused though its signature verifies'),
  check('AC-14a', TERMINAL, 'over plain HTTP or wrong TLS no byte of a payload leaves'),
  check('AC-14b', TERMINAL, 'an answer that does not verify is no answer, and never paid'),
  check('AC-14c', SERVICE, 'a request that was altered or sent again charges nothing'),
  check(
    'AC-14d',
    BOTH_ENDS,
    'refund and reversal without the certificate are refused at both ends',
  ),
  check('AC-14e', TERMINAL, 'after a power cut the order is settled before the next sale'),
  check('AC-14f', TERMINAL, 'a reversal waits its time; after seven days a refund is offered'),
  check('AC-14g', BOTH_ENDS, 'there is no way to send a red packet'),
  check('AC-15a', ['decision', 'service'], 'a changed grant without a new approval is refused'),
  check('AC-15b', BOTH, 'while a change is pending, the rules before it hold'),
  check('AC-15c', BOTH, 'in a second store without a grant of its own nothing is charged'),
  check('AC-16-trig', TERMINAL, 'each signal that can be seen makes one event and no measure'),
  ...MEASURES,
  check('AC-16.combine', BOTH, 'several measures come to the most restrictive'),
  check('AC-16.unknown', BOTH, 'an unknown measure acts as M8 and makes an event'),
  check('AC-16.forge', BOTH, 'a false, old or foreign bulletin is ignored and makes an event'),
  check('AC-17a', TERMINAL, 'cashier and manager cannot close an interface'),
  check(
    'AC-17b',
    BOTH_ENDS,
    'a wrong password closes nothing; a right one brings a grant without the interface',
  ),
  check('AC-17c', TERMINAL, 'without the service there is a pause, called a pause, and no closing'),
  check('AC-17d', TERMINAL, 'no byte of the password is left in memory or logs'),
  check('AC-18', EVERYWHERE, 'after the end of the agreement charges stop in time, offline too'),
  check('AC-19', DECISION, 'a grant under an unknown policy version is refused'),
  check('AC-20', DECISION, 'rules do not apply before they are in effect'),
  check(
    'AC-annex',
    ['decision', 'release'],
    'no limit of an industry is in what is shipped; without delivered ones nothing starts',
  ),
  check('AC-259a', BOTH_ENDS, 'charges carry device type, serial, place or address, and version'),
  check('AC-259b', SERVICE, 'one serial alive twice is suspended'),
  check('AC-259c', ['release'], 'a new build under an old version is not released'),
  check(
    'AC-296a',
    TERMINAL,
    'a code is in memory only, for a minute at the most, and then overwritten',
  ),
  check('AC-296b', TERMINAL, 'a code is taken once'),
  check('AC-296c', TERMINAL, 'after a failed charge there are a new code and a new order number'),
  check('AC-296d', TERMINAL, 'the journal has no digit of a code'),
  check('AC-296e', TERMINAL, 'what is no payment code is refused without the network'),
  check('AC-3.1', DECISION, 'a grant with any byte flipped is refused'),
  check('AC-3.2', BOTH, 'an older grant is refused, and so is an older disk'),
  check('AC-3.3', BOTH, 'a clock set back or ahead gives no validity and resets no counter'),
  check('AC-3.4', BOTH, 'the grace offline ends when it should, restarts or not'),
  check('AC-3.5', BOTH, 'a copied data folder is refused on another machine'),
  check('AC-3.6', DECISION, 'the radius holds to the metre, at the poles and the date line too'),
  check('AC-3.7', TERMINAL, 'killed at any step, there is one charge at most and no count is lost'),
  check('AC-3.8', DECISION, 'without its key face pay is off and codes work'),
  check('AC-3.9', BOTH, 'a revoked grant never comes back'),
  check('AC-3.10', DECISION, 'bulletins out of order come to the same state'),
]
