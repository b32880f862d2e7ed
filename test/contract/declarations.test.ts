/** What features declare fits together: every name has one owner, and what is declared is data until it is asked for. */
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Feature } from '../../src/core/feature.ts'
import { declared, together } from '../../src/declared.ts'
import * as features from '../../src/features.ts'

const ROOT = join(import.meta.dir, '../..')

const RECORDS = ['errors', 'budgets', 'addressBudgets', 'variables', 'tags', 'mails', 'queued', 'exports'] as const
const LISTS = ['events', 'permissions', 'idPrefixes'] as const
const repeated = (names: readonly string[]) => names.filter((name, at) => names.indexOf(name) !== at)

describe('the declarations', () => {
  test('are those of every folder of a module, under its name', async () => {
    const folders = [...new Bun.Glob('*/feature.ts').scanSync(join(ROOT, 'src/modules'))].map(
      (path) => path.split('/')[0],
    )
    expect(
      Object.values<Feature>(features)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(folders.sort() as string[])
    expect(repeated(declared.map(({ name }) => name))).toEqual([])
  })

  test.each(RECORDS)('give each of the %s one owner', (field) => {
    const names = declared.flatMap((feature) => Object.keys(feature[field] ?? {}))
    expect(names.length).toBeGreaterThan(1)
    expect(repeated(names)).toEqual([])
  })

  test.each(LISTS)('give each of the %s one owner', (field) => {
    const names = declared.flatMap<string>((feature) => feature[field] ?? [])
    expect(names.length).toBeGreaterThan(5)
    expect(repeated(names)).toEqual([])
  })

  test('of events are all explained in docs/audit.md, where webhooks and streams send their readers', async () => {
    const guide = await Bun.file(join(ROOT, 'docs/audit.md')).text()
    const types = declared.flatMap<string>(({ events = [] }) => events)
    expect(types.filter((type) => !guide.includes(`\`${type}\``))).toEqual([])
  })

  test('that name one key twice are refused at the start', () => {
    const [first] = declared.filter(({ errors }) => errors !== undefined)
    if (first === undefined) throw new Error('no route declares errors')
    expect(() => together('errors', [...declared, { ...first, name: 'copy' }])).toThrow(
      /two features declare errors \S+: copy is the second/,
    )
  })

  test('of mails come with letters for exactly those, with messages of their own in every language', async () => {
    const messages: string[] = []
    for (const { name, mails, letters } of declared) {
      const loaded = await letters?.()
      expect(Object.keys(loaded?.write ?? {}).sort(), name).toEqual(Object.keys(mails ?? {}).sort())
      messages.push(...Object.keys(loaded?.messages.en ?? {}))
    }
    expect(messages.length).toBeGreaterThan(80)
    expect(repeated(messages)).toEqual([])
  })

  test('lead to files that exist: everything that is loaded later can be loaded', async () => {
    const loads = declared.flatMap(({ routes, letters, queued = {}, scheduled = {}, exports = {} }) => [
      ...[routes, letters].filter((load) => load !== undefined),
      ...Object.values(queued).map(({ run }) => run),
      ...Object.values(scheduled).map((work) => ('run' in work ? work.run : work.sweep)),
      ...Object.values(exports).map(({ rows }) => rows),
    ])
    expect(loads.length).toBeGreaterThan(50)
    for (const load of loads) expect(await load()).toBeTruthy()
  })
})
