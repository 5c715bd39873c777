/**
 * A broken promise inside this program. Only the supervisor catches it, and it ends in a restart and
 * recovery from the journal.
 */
class Bug extends Error {
  override readonly name = 'Bug'
}

/** Throws a {@link Bug} unless `condition` holds. Never for anything that input can cause. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message)
}

/** Makes a switch exhaustive: a new member does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new Bug(`unreachable: ${JSON.stringify(value)}`)
}
