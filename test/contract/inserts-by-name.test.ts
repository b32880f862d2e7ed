/** Every INSERT … SELECT gives its values by column name, so a new column shifts no value into another one. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { Glob } from 'bun'

const ROOT = join(import.meta.dir, '../..')
const transpiler = new Bun.Transpiler({ loader: 'ts' })

/** Code without comments and types. */
const sources = await Promise.all(
  [...new Glob('src/**/*.ts').scanSync(ROOT)].sort().map(async (file) => ({
    file,
    code: transpiler.transformSync(await Bun.file(join(ROOT, file)).text()),
  })),
)

/** The end of a JavaScript expression in `${…}`, whose first character is at `from`. */
function endOfHole(code: string, from: number): number {
  let depth = 0
  for (let at = from; at < code.length; at++) {
    const character = code[at]
    if (character === '`') at = readTemplate(code, at + 1).end
    else if (character === '"' || character === "'") at = endOfText(code, at + 1, character)
    else if (character === '{') depth++
    else if (character === '}' && depth-- === 0) return at
  }
  throw new Error('a template without an end')
}

function endOfText(code: string, from: number, quote: string): number {
  let at = from
  while (code[at] !== quote) at += code[at] === '\\' ? 2 : 1
  return at
}

/** A template, whose first character is at `from`, with `?` for each `${…}`. */
function readTemplate(code: string, from: number): { text: string; end: number } {
  let text = ''
  for (let at = from; at < code.length; at++) {
    if (code[at] === '`') return { text, end: at }
    if (code.startsWith('${', at)) {
      at = endOfHole(code, at + 2)
      text += '?'
    } else text += code[at] === '\\' ? code[++at] : code[at]
  }
  throw new Error('a template without an end')
}

const templatesOf = (code: string): string[] =>
  [...code.matchAll(/\bsql`/g)].map((match) => readTemplate(code, match.index + match[0].length).text)

/** What a text that begins with SELECT selects. Empty for another text. */
function selected(text: string): string[] {
  const list = /^\s*SELECT\b([\s\S]*)/i.exec(text)?.[1]
  if (list === undefined) return []
  const items = ['']
  let depth = 0
  for (const [part] of list.matchAll(/\w+|[\s\S]/g)) {
    if (depth === 0 && /^(?:FROM|WHERE|UNION|LIMIT|ORDER)$/i.test(part)) break
    if (part === '(') depth++
    if (part === ')') depth--
    if (part === ',' && depth === 0) items.push('')
    else items[items.length - 1] += part
  }
  return items.map((item) => item.trim())
}

/** The text lists several values, and at least one of them has no name. */
const isByPosition = (text: string): boolean => {
  const items = selected(text)
  return items.length > 1 && !items.every((item) => /\bAS "?\w+"?$/i.test(item))
}

/** Functions that only return what `selectRow` makes. */
const makers = new Set([
  'selectRow',
  ...sources.flatMap(({ code }) =>
    [...code.matchAll(/\bconst (select\w+) = \([^()]*\) => (?:sql`\$\{)?selectRow\(/g)].map((match) => match[1] ?? ''),
  ),
])

/** The arguments of `insert(…).select(…)`. */
const insertedIn = (code: string): string[] =>
  [...code.matchAll(/\.insert\(\w+\)\s*\.select\(\s*(?=([\s\S]{0,60}))/g)].map((match) => match[1] ?? '')

/** The row comes from a maker, or is the parameter `select` of a statement that `preparedByShape` makes. */
const isByName = (argument: string): boolean => {
  const maker = /^(?:sql`\$\{)?(\w+)\(/.exec(argument)?.[1]
  return maker === undefined ? /^select\)/.test(argument) : makers.has(maker)
}

/** Each use of `preparedByShape` whose statement gets its text as `select`: the begin of its expression. */
const expressionsIn = (code: string): string[] =>
  [
    ...code.matchAll(
      /\bpreparedByShape\(\s*(?:\([^()]*\) =>\s*)?(?=([\s\S]{0,60}))([\s\S]*?)(?=\bpreparedByShape\(|$)/g,
    ),
  ]
    .filter(([, , statement = '']) => (/\(db, (\w+)\) =>/.exec(statement)?.[1] ?? 'select') === 'select')
    .map((match) => match[1] ?? '')

test('every INSERT … SELECT takes its row from selectRow', () => {
  const inserts = sources.flatMap(({ file, code }) => insertedIn(code).map((argument) => ({ file, argument })))
  expect(inserts.length).toBeGreaterThan(20) // or the expression above finds nothing
  expect(inserts.filter(({ argument }) => !isByName(argument))).toEqual([])
  const expressions = sources.flatMap(({ code }) => expressionsIn(code))
  expect(expressions.length).toBeGreaterThan(4)
  expect(expressions.filter((text) => !makers.has(/^(?:sql`\$\{)?(\w+)/.exec(text)?.[1] ?? ''))).toEqual([])
})

test('no SQL lists the values of a row by position, and none is an INSERT of its own', () => {
  const templates = sources.flatMap(({ file, code }) => templatesOf(code).map((text) => ({ file, text })))
  expect(templates.length).toBeGreaterThan(300)
  expect(templates.filter(({ text }) => isByPosition(text))).toEqual([])
  expect(templates.filter(({ text }) => /\bINSERT\s+(?:OR\s+\w+\s+)?INTO\b/i.test(text))).toEqual([])
})

test('the check finds values by position', () => {
  const code = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code to read
    'db.insert(users).select(sql`SELECT NULL, ${f({ a: `}` })}, (SELECT a, b FROM c) WHERE ${x}`)',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code to read
    'db.insert(users).select(sql`${values(user)} WHERE 1`)',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code to read
    'db.insert(users).select(sql`${selectRow(users, user)} WHERE 1`)',
  ]
  expect(templatesOf(code[0] ?? '').map(selected)).toEqual([['NULL', '?', '(SELECT a, b FROM c)']])
  expect(code.map((one) => templatesOf(one).some(isByPosition))).toEqual([true, false, false])
  expect(code.map((one) => insertedIn(one).map(isByName))).toEqual([[false], [false], [true]])
})
