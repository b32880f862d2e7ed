/**
 * What a search means, in one place: the words of `q`, how they are asked of the two full-text tables, and the same
 * question asked of one row without them.
 *
 * Every word must stand in the name or the e-mail. Of three characters and more it may stand anywhere (`users_search`,
 * trigrams); of one or two it must begin a word there (`users_words`). Case and the diacritics of Latin letters do not
 * matter. Both tables fold in the same way, and `foldCharacter` says how; a test compares it with the engine.
 */
import { type SQL, sql } from 'drizzle-orm'
import { users } from '../../../db/tables/index.ts'
import { foldText, isPlain, PLAIN, variantsOf } from './search-fold.ts'

export interface SearchWords {
  /** Those of three characters and more; absent when there is none. */
  anywhere: AskedWords | undefined
  /** Those of one or two. */
  beginnings: AskedWords | undefined
}

export interface AskedWords {
  table: 'users_search' | 'users_words'
  /** What the table is asked (FTS5 MATCH) to find all of them. */
  match: string
  /** The same asked of one row. Reads no more than the row, but for a text in a rare script. */
  onRow: SQL
}

const TRIGRAM = 3

/** Undefined when a word has nothing that could be found, such as one or two signs: then nobody is. */
export function readSearch(q: string): SearchWords | undefined {
  const words = [...new Set(q.split(/\s+/).filter(Boolean))].map(readWord)
  const readable = words.filter((word) => word !== undefined)
  if (readable.length < words.length) return undefined
  const asked = (kind: Word['kind'], table: AskedWords['table']): AskedWords | undefined => {
    const some = readable.filter((word) => word.kind === kind)
    if (some.length === 0) return undefined
    return { table, match: some.map(expression).join(' AND '), onRow: sql.join(some.map(holds), sql` AND `) }
  }
  return { anywhere: asked('anywhere', 'users_search'), beginnings: asked('beginning', 'users_words') }
}

interface Word {
  kind: 'anywhere' | 'beginning'
  /** The spellings that are looked for: composed, and decomposed where the tables do not fold the two into one. */
  forms: string[]
}

/** What `users_words` takes for a part of a word: its `categories`. */
const NO_PART_OF_WORD = /[^\p{L}\p{M}\p{N}\p{So}\p{Co}\p{Cn}]/gu

function readWord(text: string): Word | undefined {
  const composed = text.normalize('NFC')
  const long = [...foldText(composed)].length >= TRIGRAM
  const spelling = long ? composed : composed.replaceAll(NO_PART_OF_WORD, '')
  if (foldText(spelling) === '') return undefined
  const decomposed = spelling.normalize('NFD')
  const forms = foldText(decomposed) === foldText(spelling) ? [spelling] : [spelling, decomposed]
  return { kind: long ? 'anywhere' : 'beginning', forms }
}

function expression({ kind, forms }: Word): string {
  const phrases = forms.map((form) => `"${form.replaceAll('"', '""')}"${kind === 'anywhere' ? '' : ' *'}`)
  return phrases.length === 1 ? phrases.join() : `(${phrases.join(' OR ')})`
}

const holds = (word: Word): SQL => sql`(${holdsIn(word, users.name)} OR ${holdsIn(word, users.email)})`

/**
 * True when the word stands in the column. ASCII is compared by LIKE, which folds its case alone; the scripts in `PLAIN`
 * by classes of letters; only a text with something else in it is looked up in the index, which costs 20 times as much.
 */
function holdsIn(word: Word, column: typeof users.name | typeof users.email): SQL {
  const forms = word.forms.map(foldText).filter((form) => [...form].every(isPlain))
  const globs = (classOf: (folded: string) => string) => (form: string) =>
    patternsOf(word.kind, [...form].map(classOf).join('')).map((pattern) => sql`${column} GLOB ${pattern}`)
  const like = (form: string) => sql`${column} LIKE ${`%${form.replaceAll(/[\\%_]/g, '\\$&')}%`} ESCAPE '\\'`
  const ascii = forms.filter(isAscii)
  const inAscii = anyOf(word.kind === 'anywhere' ? ascii.map(like) : ascii.flatMap(globs(asciiClassOf)))
  const inPlain = anyOf(forms.flatMap(globs(classOf)))
  return sql`CASE WHEN length(${column}) = length(CAST(${column} AS BLOB)) THEN ${inAscii} WHEN ${inPlain} THEN 1 WHEN ${column} GLOB ${`*[^${PLAIN}]*`} THEN ${inIndex(word)} ELSE 0 END`
}

/** The row's own entry in the index, by its rowid. */
const inIndex = (word: Word): SQL =>
  word.kind === 'anywhere'
    ? sql`EXISTS (SELECT 1 FROM users_search WHERE users_search MATCH ${expression(word)} AND rowid = users.row_key)`
    : sql`EXISTS (SELECT 1 FROM users_words WHERE users_words MATCH ${expression(word)} AND rowid = users.row_key)`

const anyOf = (conditions: SQL[]): SQL => (conditions.length === 0 ? sql`0` : sql`(${sql.join(conditions, sql` OR `)})`)

const isAscii = (text: string): boolean => /^\p{ASCII}*$/u.test(text)

/** All signs of ASCII, which are all that end a word in a text of `PLAIN`. */
const SIGN = '[\x01-/:-@[-`{-\x7f]'

const patternsOf = (kind: Word['kind'], letters: string): string[] =>
  kind === 'anywhere' ? [`*${letters}*`] : [`${letters}*`, `*${SIGN}${letters}*`]

/** `á` → `[aAÀÁ…]`: every character of `PLAIN` that folds to the same. */
const classOf = (folded: string): string => classOfMembers(variantsOf(folded))
const asciiClassOf = (folded: string): string => classOfMembers([...new Set([folded, folded.toUpperCase()])])

/** `[^]` would negate: only what means something outside of a class stands in one alone. */
const classOfMembers = (members: readonly string[]): string =>
  members.length > 1 || '*?['.includes(members.join('')) ? `[${members.join('')}]` : members.join('')
