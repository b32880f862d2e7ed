/** What the index of the search and its reader have in common. Pure: it runs in the build and in the browser. */

export type Kind = 'guide' | 'api' | 'error' | 'decision'

export interface SearchEntry {
  kind: Kind
  /** Of the page; of an operation its summary, of an error its code. */
  title: string
  /** Of the section; empty for the page itself. */
  heading: string
  url: string
  /** One line below the title. */
  excerpt: string
}

/** Where a word stands: in the text, in the title of the page around, or in the heading of the result itself. */
export type Field = 0 | 1 | 2

export interface SearchIndex {
  entries: [Kind, title: string, heading: string, url: string, excerpt: string][]
  words: string
  places: string
}

/** `accessToken` is also `access` and `token`; `session.expired` is `session` and `expired`. */
export function wordsOf(text: string): string[] {
  return text
    .split(/[^\p{L}\p{N}]+/u)
    .flatMap((word) => {
      const parts = word.split(/(?<=[a-z\d])(?=[A-Z])/)
      return parts.length > 1 ? [word, ...parts] : [word]
    })
    .map((word) => word.toLowerCase())
    .filter((word) => word.length > 1 && word.length < 40)
}

/** Plurals as singulars. */
export const stemOf = (word: string): string =>
  word.length > 4 && word.endsWith('ies')
    ? `${word.slice(0, -3)}y`
    : word.length > 3 && word.endsWith('s') && !word.endsWith('ss')
      ? word.slice(0, -1)
      : word

/** In nearly every sentence, so that they tell nothing apart. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  'an and are as at be been by can do does for from had has have if in into is it its may more no not of on one only or so such than that the their them then there these they this to was were what when where which who will with without you your'.split(
    ' ',
  ),
)
