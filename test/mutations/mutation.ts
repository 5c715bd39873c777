/** One change of the source. */
export type Edit = { readonly file: string; readonly from: string; readonly to: string }

/**
 * What must fail when a guard is gone.
 * - `unit`: a test of the file that is named after the promise.
 * - `crash`: a test of the file whose name holds `name`; it runs real processes.
 * - `simulation`: one of the regular seeds, from `seed` on; what it breaks holds `breaks`.
 */
export type Proof =
  | { readonly by: 'unit'; readonly file: string }
  | { readonly by: 'crash'; readonly file: string; readonly name: string }
  | { readonly by: 'simulation'; readonly seed: number; readonly breaks: string }

/** One guard of the code, what is left when it is taken away, and what must then fail. */
export type Mutation = {
  readonly promise: string
  readonly what: string
  readonly edits: readonly Edit[]
  readonly proofs: readonly Proof[]
}

/** A change of one file. */
export function edit(file: string, from: string, to: string): Edit {
  return { file, from, to }
}

/** Must fail a test of `file` that is named after the promise. */
export function unit(file: string): Proof {
  return { by: 'unit', file: `test/unit/${file}` }
}

/** Must break a seed from `seed` on. */
export function simulation(seed: number, breaks: string): Proof {
  return { by: 'simulation', seed, breaks }
}

/** Must fail the test of `file` whose name holds `name`. */
export function crash(file: string, name: string): Proof {
  return { by: 'crash', file: `test/crash/${file}`, name }
}
