/**
 * The entries used last: `maxEntries` of them at most, half as many at least. Two maps, of which the older is let go when
 * the younger is full: an LRU whose places are not made before they are needed, which is what takes `lru-cache` 10 ms for
 * 100,000 of them, in memory few processes ever fill.
 */
export function createRecentMap<Value>(maxEntries: number) {
  let young = new Map<string, Value>()
  let old = new Map<string, Value>()

  function set(key: string, value: Value): void {
    young.set(key, value)
    if (young.size * 2 >= maxEntries) {
      old = young
      young = new Map()
    }
  }

  return {
    get(key: string): Value | undefined {
      const found = young.get(key)
      if (found !== undefined) return found
      const older = old.get(key)
      if (older !== undefined) set(key, older)
      return older
    },
    set,
    delete(key: string): void {
      young.delete(key)
      old.delete(key)
    },
  }
}

/** A key for such a map: a part of a text keeps the whole of it in memory, and that may be a header. */
export const ownCopy = (text: string): string => text.split('').join('')
