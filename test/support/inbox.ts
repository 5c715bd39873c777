/** Keeps what arrives, and gives the first that fits, past or future. */
export function createInbox<Item>() {
  const items: Item[] = []
  const waiting = new Set<(item: Item) => void>()
  return {
    items: items as readonly Item[],
    add(item: Item): void {
      items.push(item)
      for (const look of [...waiting]) look(item)
    },
    first: (fits: (item: Item) => boolean): Promise<Item> => {
      const known = items.find(fits)
      if (known !== undefined) return Promise.resolve(known)
      return new Promise((done) => {
        const look = (item: Item) => {
          if (!fits(item)) return
          waiting.delete(look)
          done(item)
        }
        waiting.add(look)
      })
    },
  }
}
