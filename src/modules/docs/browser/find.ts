/** Finds in the index of the search (`src/build/docs/search-index.ts`). Pure: no network, no page. */
import { type Field, type SearchEntry, type SearchIndex, STOP_WORDS, stemOf, wordsOf } from '../search-words.ts'

export interface Finder {
  /** The best first. Every word of the query has to be in a result; if no result has all, those that have most. */
  find(query: string, limit: number): SearchEntry[]
}

/** A word in a heading says more than one in a text. In the text of a query, the last word may be unfinished. */
const WEIGHTS: Readonly<Record<Field, number>> = { 0: 1, 1: 3, 2: 9 }
const WHOLE_WORD = 2
/** A short entry whose heading is the query is the one that is meant. */
const WHOLE_HEADING = 12
const PAGE_ITSELF = 1.5

export function openIndex({ entries, words: fronted, places }: SearchIndex): Finder {
  const words = wordsBehind(fronted)
  const placesOf = places.split('\n')
  const all = entries.map(
    ([kind, title, heading, url, excerpt]): SearchEntry => ({ kind, title, heading, url, excerpt }),
  )

  /** The score of each entry for one word of the query. */
  function scoresOf(word: string): Map<number, number> {
    const scores = new Map<number, number>()
    for (let at = firstWith(words, word); words[at]?.startsWith(word); at += 1) {
      const whole = words[at] === word ? WHOLE_WORD : 1
      for (const [entry, field] of placesBehind(placesOf[at] ?? ''))
        scores.set(entry, Math.max(scores.get(entry) ?? 0, WEIGHTS[field] * whole))
    }
    return scores
  }

  return {
    find(query, limit) {
      const asked = meaningful(query)
      const totals = new Map<number, { words: number; score: number }>()
      for (const word of asked)
        for (const [entry, score] of scoresOf(word)) {
          const total = totals.get(entry) ?? { words: 0, score: 0 }
          totals.set(entry, { words: total.words + 1, score: total.score + score })
        }
      const best = Math.max(0, ...[...totals.values()].map(({ words: count }) => count))
      const whole = asked.join(' ')
      return [...totals]
        .filter(([, { words: count }]) => count === best)
        .flatMap(([index, { score }]) => {
          const entry = all[index]
          if (entry === undefined) return []
          const name = meaningful(entry.heading || entry.title).join(' ')
          // An operation is also called by its method and path.
          const call = entry.kind === 'api' ? meaningful(entry.excerpt).join(' ') : ''
          const bonus =
            (name === whole || call === whole ? WHOLE_HEADING : 0) + (entry.heading === '' ? PAGE_ITSELF : 0)
          return [{ entry, index, score: score + bonus }]
        })
        .sort((a, b) => b.score - a.score || a.index - b.index)
        .slice(0, limit)
        .map(({ entry }) => entry)
    },
  }
}

/** Each word once, without those that tell nothing apart, unless there are no others. */
export function meaningful(text: string): string[] {
  const written = wordsOf(text)
  const meant = written.filter((word) => !STOP_WORDS.has(word))
  return [...new Set((meant.length > 0 ? meant : written).map(stemOf))]
}

/** The first word that is not before this one in the order of the index. */
function firstWith(words: readonly string[], word: string): number {
  let low = 0
  let high = words.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((words[middle] ?? '') < word) low = middle + 1
    else high = middle
  }
  return low
}

function wordsBehind(fronted: string): string[] {
  let before = ''
  return fronted.split('\n').map((line) => {
    before = before.slice(0, Number.parseInt(line[0] ?? '0', 36)) + line.slice(1)
    return before
  })
}

function placesBehind(line: string): [entry: number, field: Field][] {
  let entry = 0
  return line.split(' ').map((written) => {
    const value = Number.parseInt(written, 36)
    entry += Math.floor(value / 3)
    return [entry, (value % 3) as Field] // the rest of a division by 3
  })
}
