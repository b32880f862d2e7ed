import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { catalogue } from '../../src/errors.ts'
import { errorsMarkdown } from '../../src/modules/docs/errors-markdown.ts'

const ROOT = join(import.meta.dir, '../..')

async function sources(): Promise<string> {
  const files = await Array.fromAsync(new Bun.Glob('src/**/*.ts').scan({ cwd: ROOT }))
  const texts = await Promise.all(files.map((file) => Bun.file(join(ROOT, file)).text()))
  return texts.join('\n')
}

/** `problem('…')`, both arms of `problem(condition ? '…' : '…')`, and the table of `whereTaken`; `failures('…')` only promises codes. */
async function thrownCodes(): Promise<Set<string>> {
  const text = await sources()
  const named = [...text.matchAll(/\bproblem\(([^()]*)/g)].flatMap(([, inside = '']) => [
    ...inside.matchAll(/'([a-z]+\.[a-z_]+)'/g),
  ])
  const whereTaken = [...text.matchAll(/\bwhereTaken\(([^()]*)/g)].flatMap(([, inside = '']) => [
    ...inside.matchAll(/: '([a-z]+\.[a-z_]+)'/g),
  ])
  return new Set([...named, ...whereTaken].map(([, code]) => code ?? ''))
}

describe('the catalogue of errors', () => {
  test('has codes of the form noun.reason, error statuses, and sentences', () => {
    for (const [code, { status, title, remedy }] of Object.entries(catalogue)) {
      expect(code).toMatch(/^[a-z]+\.[a-z_]+$/)
      expect(status).toBeWithin(400, 600)
      for (const sentence of [title, remedy]) expect(`${code}: ${sentence}`).toMatch(/: [A-Z].{10,}\.$/s)
    }
  })

  test('has exactly the codes that the server can throw', async () => {
    const thrown = await thrownCodes()
    expect(Object.keys(catalogue).filter((code) => !thrown.has(code))).toEqual([])
    expect([...thrown].filter((code) => !(code in catalogue))).toEqual([])
  })

  test('names an existing code of the same status where one is deprecated', () => {
    const deprecated = Object.entries(catalogue).filter(([, { deprecatedFor }]) => deprecatedFor !== undefined)
    expect(deprecated.map(([code, { deprecatedFor }]) => [code, deprecatedFor])).toEqual([
      ['identity.last_way_in', 'factor.last_way_in'],
    ])
    for (const [code, { status, deprecatedFor }] of deprecated) {
      const successor = Object.entries(catalogue).find(([name]) => name === deprecatedFor)?.[1]
      expect([successor?.status, successor?.deprecatedFor], code).toEqual([status, undefined])
      expect(errorsMarkdown()).toContain(`Deprecated: it means the same as \`${deprecatedFor}\``)
    }
  })

  test('is what docs/errors.md says: run `bun run openapi` when this fails', async () => {
    expect(await Bun.file(join(ROOT, 'docs/errors.md')).text()).toBe(errorsMarkdown())
  })
})
