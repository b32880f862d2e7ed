/**
 * Keeps the last used entries: at most `maxEntries`, and at least half as many. It has two maps, and drops the older
 * one when the younger one is full. Unlike `lru-cache`, it allocates no memory in advance. `lru-cache` needs 10 ms for
 * 100,000 places, and few processes fill them.
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

/** A copy of a key for such a map. A substring keeps its whole text in memory, and that text may be a long header. */
export const ownCopy = (text: string): string => text.split('').join('')
