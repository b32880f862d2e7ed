/** The index of the search: made here, read by `src/modules/docs/browser/find.ts`, which has its format. */
import {
  type Field,
  type SearchIndex,
  type SearchEntry,
  STOP_WORDS,
  stemOf,
  wordsOf,
} from '../../modules/docs/search-words.ts'

/** What is found as one result: a section of a guide, an operation, an error code. */
export interface Findable extends SearchEntry {
  /** Searched and not kept. */
  text: string
}

export function searchIndex(findable: readonly Findable[]): SearchIndex {
  const words = new Map<string, Map<number, Field>>()
  const add = (text: string, entry: number, field: Field) => {
    for (const written of wordsOf(text)) {
      if (STOP_WORDS.has(written)) continue
      const word = stemOf(written)
      const known = words.get(word) ?? new Map<number, Field>()
      known.set(entry, Math.max(known.get(entry) ?? 0, field) as Field) // the greater of two fields
      words.set(word, known)
    }
  }
  findable.forEach(({ title, heading, text }, entry) => {
    add(text, entry, 0)
    add(heading === '' ? text.slice(0, 0) : title, entry, 1)
    add(heading === '' ? title : heading, entry, 2)
  })
  const sorted = [...words].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    entries: findable.map(({ kind, title, heading, url, excerpt }) => [kind, title, heading, url, excerpt]),
    words: fronted(sorted.map(([word]) => word)),
    places: sorted.map(([, places]) => written(places)).join('\n'),
  }
}

/** Each word as the number of letters that it shares with the one before, and the rest. */
function fronted(words: readonly string[]): string {
  let before = ''
  return words
    .map((word) => {
      let shared = 0
      while (shared < 35 && shared < word.length && word[shared] === before[shared]) shared += 1
      before = word
      return shared.toString(36) + word.slice(shared)
    })
    .join('\n')
}

/** Entries in order, as the distance to the one before, times three, plus the field. */
function written(places: ReadonlyMap<number, Field>): string {
  let before = 0
  return [...places]
    .sort(([a], [b]) => a - b)
    .map(([entry, field]) => {
      const distance = entry - before
      before = entry
      return (distance * 3 + field).toString(36)
    })
    .join(' ')
}
