/** One function for writes, and two round trips for a request (architecture.md, "One request"). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Glob } from 'bun'
import type { Database } from '../../db/database.ts'
import { actionsInForce } from '../../src/modules/actions/in-force.ts'
import { routesOf } from '../http/support/routes.ts'
import { fakeGitHub, GITHUB_ENV } from '../modules/providers/support/fake-github.ts'
import { ADMIN_EMAIL } from '../runtime/round-trips/account.ts'
import { type Call, call, PASSWORD, signIn } from '../support/client.ts'
import type { Asked } from '../support/contract.ts'
import { contracts } from '../support/contracts.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const ROOT = join(import.meta.dir, '../..')

interface Trip {
  door: string
  statements: string[]
  /** Came from `commit`. */
  committed: boolean
}

let t: TestApp
const github = fakeGitHub()
let trips: Trip[] = []

const sqlOf = (statement: unknown): string => {
  const [first] = [statement].flat()
  if (typeof first === 'string') return first
  return typeof first === 'object' && first !== null && 'sql' in first ? String(first.sql) : ''
}

/** Notes every call the app makes to its database client, which is what a round trip is on a server. */
function watch({ deps: { db, longReads } }: TestApp): void {
  for (const door of ['execute', 'batch', 'transaction', 'executeMultiple', 'migrate'] as const) watchDoor(db, door)
  if (longReads.$client !== db.$client) watchDoor(longReads, 'execute') // it has no other
}

function watchDoor(
  { $client: client }: Database,
  door: 'execute' | 'batch' | 'transaction' | 'executeMultiple' | 'migrate',
) {
  const original = client[door] as (...given: unknown[]) => unknown // each has its own parameters; all are passed on
  Object.defineProperty(client, door, {
    value(...given: unknown[]) {
      const statements = (door === 'batch' ? [given[0]].flat() : [given[0]]).map(sqlOf)
      const committed = new Error().stack?.includes('events/commit.ts') === true
      trips.push({ door, statements, committed })
      return original.apply(client, given)
    },
  })
}

const isWrite = (sql: string): boolean => !/^\s*(?:select|explain)\b/i.test(sql)

/** Every database call that is no plain read and not made by commit(). */
const leaks = (): Trip[] =>
  trips.filter(({ door, statements, committed }) => {
    if (door !== 'execute' && door !== 'batch') return true
    return statements.some(isWrite) && !(door === 'batch' && committed)
  })

beforeAll(async () => {
  t = await createTestApp({ env: { ...GITHUB_ENV, RATE_LIMIT: 'on', OAUTH_REGISTRATION: 'open' } }) // counted in memory: limits cost no trip
  t.foreign.answer = github.answer
  watch(t)
})
afterAll(() => t.close())
beforeEach(() => {
  trips = []
})

/** Sends the request with empty caches, and returns the database calls. */
async function cost(methodAndPath: string, asked: Call = {}, expected = 200): Promise<number> {
  await t.settle()
  t.deps.principals.forgetAll()
  await t.deps.keys.signing() // read once a minute, with any number of requests
  await actionsInForce(t.deps, 'sign_up') // and these once for all
  trips = []
  const answer = await call(t, methodAndPath, asked)
  expect(answer.status, `${methodAndPath} ${answer.text}`).toBe(expected)
  expect(leaks()).toEqual([])
  return trips.length
}

/** The most a request may cost, by route: of the features that this app serves. */
const BUDGET = Object.fromEntries([...contracts.values()].flatMap(({ writes }) => Object.entries(writes.budget)))

const paid = new Map<string, number>()
const asked: Asked = {
  get t() {
    return t
  },
  async pay(route, path, asked, expected) {
    const trips = await cost(`${route.split(' ')[0]} ${path}`, asked, expected)
    paid.set(route, Math.max(trips, paid.get(route) ?? 0))
    return trips
  },
  admin: async () => (await signIn(t, ADMIN_EMAIL)).accessToken,
  github,
}

beforeAll(async () => {
  await t.deps.keys.signing() // read once a minute, for all requests together
  await contracts.get('setup')?.writes.ask(asked)
})

describe('a request with a cold cache', () => {
  test('stays within the budget of its route', async () => {
    for (const [name, { writes }] of contracts) if (name !== 'setup') await writes.ask(asked)
    expect(Object.fromEntries([...paid].sort())).toEqual(
      Object.fromEntries(Object.entries(BUDGET).sort(([one], [two]) => (one < two ? -1 : 1))),
    )
  }, 300_000) // every route, one after another

  test('costs nothing more for its Idempotency-Key, and one more read when it is sent again', async () => {
    // The read says what the key was taken for and shows its subject. Repeats are rare: they follow a lost answer.
    const { accessToken: admin } = await signIn(t, ADMIN_EMAIL)
    const asked = (body: Call['body']): Call => ({ token: admin, headers: { 'idempotency-key': 'budget' }, body })
    const body = { email: 'keyed@example.com' }
    expect(await cost('POST /v1/users', asked(body), 201)).toBe(2)
    expect(await cost('POST /v1/users', asked(body), 201)).toBe(3)
    expect(await cost('POST /v1/users', asked({ email: 'other@example.com' }), 422)).toBe(3)
  })

  test('is in the budget for every route there is', async () => {
    expect(Object.keys(BUDGET).sort()).toEqual((await routesOf(t.app)).map(({ name }) => name).sort())
  })

  test('costs nothing but itself once the caller and the roles are known', async () => {
    const { accessToken: admin } = await signIn(t, ADMIN_EMAIL)
    await call(t, 'GET /v1/users', { token: admin })
    trips = []
    await call(t, 'GET /v1/me', { token: admin })
    expect(trips.length).toBe(0)
    await call(t, 'GET /v1/users', { token: admin })
    expect(trips.length).toBe(1)
  })

  test('costs nothing when it is refused for its form', async () => {
    for (const body of [{}, { email: 'x', password: 5 }, { email: 'a@b.co', password: PASSWORD, roles: ['admin'] }])
      for (const path of ['sign-up', 'sign-in', 'refresh'])
        await call(t, `POST /v1/auth/${path}`, { body: { ...body, unknown: 1 } })
    expect(trips.length).toBe(0)
  })
})

test('work put off until after the response goes through the door too', async () => {
  const { accessToken } = await signIn(t, ADMIN_EMAIL)
  t.clock.advance(61_000)
  trips = []
  expect((await call(t, 'GET /v1/me', { token: accessToken })).status).toBe(200)
  await t.settle()
  expect(trips.filter(({ statements }) => statements.some(isWrite)).length).toBe(1)
  expect(leaks()).toEqual([])
})

test('a new signing key goes through the door too', async () => {
  await t.deps.keys.rotate()
  expect(trips.some(({ statements }) => statements.some(isWrite))).toBeTrue()
  expect(leaks()).toEqual([])
})

test('the watch sees what goes past the door, or it would prove nothing', async () => {
  await t.deps.db.run('UPDATE users SET name = name')
  expect(leaks().length).toBe(1)
})

describe('the code', () => {
  const transpiler = new Bun.Transpiler({ loader: 'ts' })
  /** Files under src whose code, without comments and types, matches. */
  const matching = async (pattern: RegExp, allowed: (file: string) => boolean) => {
    const found: string[] = []
    for (const file of new Glob('src/**/*.ts').scanSync(ROOT)) {
      const code = transpiler.transformSync(await Bun.file(join(ROOT, file)).text())
      if (pattern.test(code) && !allowed(file)) found.push(file)
    }
    return found
  }

  test('sends a batch in commit alone', async () => {
    expect(await matching(/\.batch\(/, (file) => file === 'src/core/events/commit.ts')).toEqual([])
  })

  test('has no transaction, no script of statements, and does not touch the client', async () => {
    expect(await matching(/\.(?:transaction|executeMultiple|execute|\$client)\b/, () => false)).toEqual([])
  })

  test('composes writes in queries files alone', async () => {
    const isQueries = (file: string) => /queries\.ts$/.test(file)
    expect(await matching(/\bdb\.(?:insert|update|delete|run)\(/, isQueries)).toEqual([])
    expect(await matching(/\)\s*\.(?:run|execute)\(/, () => false)).toEqual([])
  })
})
