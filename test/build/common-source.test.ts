/** Routes of the same shape share one generated function in the Worker, and it answers as the one the framework would compile. */
import { expect, test } from 'bun:test'
import { type AnyElysia, Elysia, t } from 'elysia'
import { commonSource } from '../../src/entries/edge/common-source.ts'

const FrameworkFunction = globalThis.Function

/** What the framework generates while `use` runs is replaced by its common source. Returns the distinct ones. */
async function withCommonSource(use: () => Promise<void>): Promise<Set<string>> {
  const sources = new Set<string>()
  function generate(...written: string[]): unknown {
    const { source, given } = commonSource(written)
    sources.add(source.join('\0'))
    const made = FrameworkFunction(...source) as (...others: unknown[]) => unknown
    return (...others: unknown[]) => made(given, ...others)
  }
  globalThis.Function = Object.assign(generate, { prototype: FrameworkFunction.prototype }) as FunctionConstructor
  try {
    await use()
  } finally {
    globalThis.Function = FrameworkFunction
  }
  return sources
}

const appAt = (folder: string, statuses: readonly number[] = [200, 404]): AnyElysia =>
  new Elysia({ normalize: false, aot: true })
    .onRequest(() => {})
    .onError(({ code, route }) => `${code} at ${route}`)
    .get(`/${folder}`, ({ route }) => ({ at: route }), {
      response: Object.fromEntries(statuses.map((status) => [status, t.Object({ at: t.String() })])),
    })
    .post(`/${folder}`, ({ body, set }) => {
      set.status = 201
      return { at: 'post', body }
    })
    .delete(`/${folder}/wrong`, (): { at: string } => ({ at: 1 }) as never, {
      response: { 200: t.Object({ at: t.String() }) },
    })
    .get(`/${folder}/:id`, ({ params: { id }, route }) => `${id} at ${route}`)

async function answersOf(app: AnyElysia, folder: string): Promise<unknown[]> {
  const answers: unknown[] = []
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/'],
    ['HEAD', ''],
    ['POST', ''],
    ['DELETE', ''],
    ['DELETE', '/wrong'],
    ['GET', '/wrong'],
    ['GET', '/one'],
    ['HEAD', '/one'],
    ['constructor', ''],
    ['GET', '/one/more'],
  ] as const) {
    const response = await app.handle(new Request(`http://localhost/${folder}${path}`, { method }))
    answers.push([method, path, response.status, Object.fromEntries(response.headers), await response.text()])
  }
  return answers
}

test('a common source answers as the source that the framework wrote', async () => {
  const expected = await answersOf(appAt('notes'), 'notes')
  let answers: unknown[] = []
  await withCommonSource(async () => {
    answers = await answersOf(appAt('notes').compile(), 'notes')
  })
  expect(answers).toEqual(expected)
  expect(JSON.stringify(expected)).toContain('VALIDATION at /notes/wrong')
  expect(JSON.stringify(expected)).toContain('one at /notes/:id')
})

test('other paths and other statuses of answers add no function', async () => {
  const sourcesOf = (folder: string, statuses: number[]) =>
    withCommonSource(async () => {
      await answersOf(appAt(folder, statuses).compile(), folder)
    })
  const first = await sourcesOf('notes', [200, 404])
  expect(first.size).toBeGreaterThan(2)
  expect(await sourcesOf('other-things', [200, 403, 409])).toEqual(first)
})
