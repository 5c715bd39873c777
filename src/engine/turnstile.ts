type Question = () => Promise<unknown>

/**
 * Lets so many questions to the gateway be under way at a time; the others wait in their order, those
 * that somebody stands and waits for before the rest. Without it a start with thousands of open
 * attempts would ask about all of them at once, and most would time out before a connection was free.
 */
export class Turnstile {
  readonly #max: number
  readonly #urgent: Question[] = []
  readonly #patient: Question[] = []
  #underWay = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Asks now or in its turn. `ask` must not reject. */
  pass(ask: Question, isUrgent: boolean): void {
    if (this.#underWay < this.#max) this.#begin(ask)
    else if (isUrgent) this.#urgent.push(ask)
    else this.#patient.push(ask)
  }

  /** Those that wait are never asked. */
  clear(): void {
    this.#urgent.length = 0
    this.#patient.length = 0
  }

  #begin(ask: Question): void {
    this.#underWay += 1
    void ask().then(() => {
      this.#underWay -= 1
      const next = this.#urgent.shift() ?? this.#patient.shift()
      if (next) this.#begin(next)
    })
  }
}
