/**
 * The meaning of a search in one place: the words of `q`, the queries on the two full-text tables, and the same
 * condition for one row without the tables.
 *
 * Every word must be in the name or the e-mail. A word of three or more characters matches anywhere (`users_search`,
 * trigrams). A word of one or two characters matches at the beginning of a word (`users_words`). Case and the
 * diacritics of Latin letters do not matter. Both tables fold in the same way, described by `foldCharacter`. A test
 * compares it with the database.
 */
import { type SQL, sql } from 'drizzle-orm'
import { users } from '../../../db/tables/index.ts'
import { foldText, isPlain, PLAIN, variantsOf } from './search-fold.ts'

export interface SearchWords {
  /** The words of three or more characters. Absent if there are none. */
  anywhere: AskedWords | undefined
  /** The words of one or two characters. Absent if there are none. */
  beginnings: AskedWords | undefined
}

export interface AskedWords {
  table: 'users_search' | 'users_words'
  /** The FTS5 MATCH expression that finds all matching rows in the table. */
  match: string
  /** The same condition for one row. It reads only the row, except for a text in a rare script. */
  onRow: SQL
}

const TRIGRAM = 3

/** Returns undefined if a word has no searchable character, such as one or two signs. No user matches then. */
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
  /**
   * The spellings to search for: the composed form, and the decomposed form if the tables do not fold both to the
   * same text.
   */
  forms: string[]
}

/** The characters that are not part of a word in `users_words` (see its `categories`). */
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
 * True if the word is in the column. ASCII texts are compared by LIKE, which ignores the case of ASCII. Texts in the
 * scripts of `PLAIN` are compared by classes of letters. Only other texts are looked up in the index, which costs 20
 * times as much.
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

/** Looks up the index entry of this row by its rowid. */
const inIndex = (word: Word): SQL =>
  word.kind === 'anywhere'
    ? sql`EXISTS (SELECT 1 FROM users_search WHERE users_search MATCH ${expression(word)} AND rowid = users.row_key)`
    : sql`EXISTS (SELECT 1 FROM users_words WHERE users_words MATCH ${expression(word)} AND rowid = users.row_key)`

const anyOf = (conditions: SQL[]): SQL => (conditions.length === 0 ? sql`0` : sql`(${sql.join(conditions, sql` OR `)})`)

const isAscii = (text: string): boolean => /^\p{ASCII}*$/u.test(text)

/** All ASCII signs. In a text of `PLAIN`, only these end a word. */
const SIGN = '[\x01-/:-@[-`{-\x7f]'

const patternsOf = (kind: Word['kind'], letters: string): string[] =>
  kind === 'anywhere' ? [`*${letters}*`] : [`${letters}*`, `*${SIGN}${letters}*`]

/** `á` → `[aAÀÁ…]`: a class with all characters of `PLAIN` that fold to the same character. */
const classOf = (folded: string): string => classOfMembers(variantsOf(folded))
const asciiClassOf = (folded: string): string => classOfMembers([...new Set([folded, folded.toUpperCase()])])

/** A single character gets a class only if it has a special meaning outside of a class. `[^]` would be a negation. */
const classOfMembers = (members: readonly string[]): string =>
  members.length > 1 || '*?['.includes(members.join('')) ? `[${members.join('')}]` : members.join('')
