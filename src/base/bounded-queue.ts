/**
 * A first-in first-out queue that refuses what does not fit, so that no producer can grow memory
 * without bound.
 */
export class BoundedQueue<Item> {
  readonly #capacityMax: number
  #items: Item[] = []
  #head = 0

  /** @param capacityMax the number of items held at the most, at least 1 */
  constructor(capacityMax: number) {
    this.#capacityMax = capacityMax
  }

  /** Number of items waiting. */
  get size(): number {
    return this.#items.length - this.#head
  }

  /** Adds an item; false when the queue is full and the item was not taken. */
  push(item: Item): boolean {
    if (this.size >= this.#capacityMax) return false
    this.#items.push(item)
    return true
  }

  /** Takes the oldest item, or undefined when there is none. */
  shift(): Item | undefined {
    const item = this.#items[this.#head]
    if (item === undefined) return undefined
    this.#head += 1
    if (this.#head > 256 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }
}
