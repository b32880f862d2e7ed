/** Secrets in any part of a request never reach a log, and no value adds a log line (security.md 41, 42). */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { parseConfig } from '../../src/config.ts'
import type { Log } from '../../src/deps.ts'
import { createLog } from '../../src/platform/log.ts'
import { call, cookieOf, PASSWORD, setUpAdmin, signUp } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'
import { pathFor, routesOf, validBody } from './support/routes.ts'
import { expectProblem, send } from './support/send.ts'

const CANARY = 'canary7f3a9c51'
const SECRET_PASSWORD = `${CANARY} long enough to be a password`

/** The log as the process writes it: one JSON object a line in production, text in development. */
describe.each([['production'], ['development']])('in %s', (environment) => {
  let t: TestApp
  let log: Log
  let written: string[]

  beforeEach(async () => {
    written = []
    const config = parseConfig({
      NODE_ENV: environment,
      APP_URL: ORIGIN,
      APP_SECRET: 'test secret of more than thirty-two bytes',
      LOG_LEVEL: 'debug',
    })
    log = createLog(config, (line) => written.push(line))
    t = await createTestApp({ env: { LOG_LEVEL: 'debug' }, deps: { log } })
  })
  afterEach(() => t.close())

  /** Everything logged so far. The line of a request follows its answer, so wait for the lines of the last one. */
  const logged = async (): Promise<string> => {
    const marker = `last-line-${written.length}`
    await send(t, 'GET /livez', { headers: { 'x-request-id': marker } })
    while (!written.some((line) => line.includes(marker))) await new Promise(setImmediate)
    return written.join('')
  }

  const expectLines = () => {
    for (const line of written) {
      expect(line.endsWith('\n')).toBeTrue()
      expect(line.slice(0, -1)).not.toMatch(/[\r\n]/)
      if (environment === 'production') expect(() => JSON.parse(line)).not.toThrow()
    }
  }

  test('a canary in every body, header, query, cookie and path of every route leaves no trace', async () => {
    const admin = await setUpAdmin(t)
    const routes = await routesOf(t.app)
    const places = (token: string | undefined): Record<string, string> => ({
      authorization: `Bearer ${token ?? CANARY}`,
      cookie: `__Host-session=${CANARY}; other=${CANARY}`,
      'user-agent': CANARY,
      referer: `https://${CANARY}.example/${CANARY}`,
      'if-match': `"${CANARY}"`,
      'x-forwarded-for': CANARY,
      'x-request-id': `${CANARY}!`,
      'x-api-key': CANARY,
      accept: CANARY,
    })
    for (const token of [undefined, admin.accessToken])
      for (const route of routes) {
        if (route.name === 'POST /v1/auth/sign-out') continue // signs the token out; below
        const bodies = route.body
          ? [
              JSON.stringify(Object.fromEntries(Object.keys(route.body.properties).map((name) => [name, CANARY]))),
              JSON.stringify({ ...validBody(route.body), [CANARY]: { [CANARY]: CANARY } }),
              `{"${CANARY}": ${CANARY}`,
              `"${CANARY}\\u0000"`,
            ]
          : [undefined]
        for (const body of bodies)
          for (const target of [
            `${pathFor(route)}?q=${CANARY}&cursor=${CANARY}&${CANARY}=${CANARY}`,
            `${pathFor(route, CANARY)}/`,
            `${pathFor(route)}/${CANARY}?token=${CANARY}%00`,
          ])
            await send(t, `${route.method} ${target}`, {
              headers: { ...places(token), 'content-type': 'application/json' },
              ...(body === undefined ? {} : { body }),
            })
        await send(t, `PUT ${pathFor(route, CANARY)}`, { headers: places(token) })
        if (route.body)
          await send(t, `${route.method} ${pathFor(route)}`, {
            headers: { ...places(token), 'content-type': `text/${CANARY}` },
            body: CANARY,
          })
      }
    const text = await logged()
    expect(text).not.toContain(CANARY)
    expect(text).toContain('/v1/users/:id')
    expectLines()
  })

  test('the secrets of real sign-ins leave no trace', async () => {
    // A look-up of breached passwords that fails is logged, too.
    t.foreign.answer = async (url) => Promise.reject(new Error(`no route to ${new URL(url).host}`))
    const email = `${CANARY}@example.com`
    const session = await signUp(t, email, SECRET_PASSWORD)
    const body = { email, password: SECRET_PASSWORD }
    const cookie = cookieOf(
      await call(t, 'POST /v1/auth/sign-in', { headers: { origin: ORIGIN }, body: { ...body, useCookie: true } }),
    )
    await call(t, 'POST /v1/auth/sign-in', { body: { ...body, password: `${SECRET_PASSWORD}!` } })
    await call(t, 'POST /v1/auth/sign-up', { body })
    await call(t, 'PATCH /v1/me', { token: session.accessToken, body: { name: CANARY } })
    await call(t, 'PATCH /v1/me', { cookie, body: { name: CANARY } })
    const { refreshToken } = session
    const refreshed = await call<{ refreshToken: string; accessToken: string }>(t, 'POST /v1/auth/refresh', {
      body: { refreshToken },
    })
    t.clock.advance(60_000)
    await call(t, 'POST /v1/auth/refresh', { body: { refreshToken } }) // reuse
    await call(t, 'POST /v1/auth/sign-out', { token: refreshed.body.accessToken })
    await call(t, 'POST /v1/auth/sign-out', { cookie })
    await t.settle()
    const [stored] = await t.deps.db.all<{ hash: string }>(sql`SELECT password_hash AS hash FROM users`)
    const text = await logged()
    expect(text).toContain('look-up failed')
    for (const secret of [
      CANARY,
      session.accessToken,
      refreshToken,
      refreshed.body.refreshToken,
      cookie,
      stored?.hash ?? 'argon2id',
      'argon2id',
    ])
      expect(text).not.toContain(secret)
    expectLines()
  })

  const BROKEN: [what: string, breakIt: (t: TestApp) => unknown, status: number][] = [
    [
      'an unexpected constraint',
      ({ deps }) =>
        deps.db.run(sql`CREATE TRIGGER no BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'CHECK failed'); END`),
      500,
    ],
    ['a table that is gone', ({ deps }) => deps.db.run(sql`DROP TABLE events`), 500],
    ['a client that is closed', ({ deps }) => deps.db.$client.close(), 503],
  ]
  test.each(BROKEN)('%s: a generic answer, and neither SQL nor parameters in the log', async (_, breakIt, status) => {
    const admin = await setUpAdmin(t)
    await call(t, 'GET /v1/me', { token: admin.accessToken }) // from here on the session is in the cache
    await breakIt(t)
    const account = { email: `${CANARY}@example.com`, password: SECRET_PASSWORD, name: CANARY }
    const ids: string[] = []
    for (const [head, body] of [
      ['POST /v1/auth/sign-up', account],
      ['POST /v1/auth/sign-in', { email: account.email, password: account.password }],
      ['POST /v1/auth/refresh', { refreshToken: admin.refreshToken }],
      ['PATCH /v1/me', { name: CANARY }],
      ['POST /v1/users', account],
    ] as const) {
      const answer = await call(t, head, { token: admin.accessToken, body })
      expect(answer.status, `${head} ${answer.text}`).toBe(status)
      const { detail, errors, requestId } = expectProblem(answer)
      expect([detail, errors]).toEqual([undefined, undefined])
      for (const inner of ['events', 'SQL', 'CHECK', 'insert', 'libsql', 'drizzle', 'stack', ' at ', CANARY])
        expect(answer.text).not.toContain(inner)
      if (status === 503) expect(answer.headers.get('retry-after')).toBe('1')
      ids.push(requestId)
    }
    const text = await logged()
    for (const id of ids) expect(text).toContain(id)
    for (const secret of [
      CANARY,
      'argon2id',
      'insert into',
      'INSERT',
      'SELECT ',
      admin.accessToken,
      admin.refreshToken,
      PASSWORD,
    ])
      expect(text).not.toContain(secret)
    expect(text).toContain(status === 500 ? 'request failed' : 'request refused')
    expectLines()
  })

  test('fields that are secret by their name are redacted at any depth', () => {
    log.info('x', {
      password: CANARY,
      newPassword: CANARY,
      authorization: CANARY,
      cookie: CANARY,
      nested: { accessToken: CANARY, refresh_token: CANARY, deep: [{ email: CANARY, passwordHash: CANARY }] },
      headers: { 'set-cookie': CANARY, Authorization: CANARY },
      appSecret: CANARY,
      privateJwk: { d: CANARY },
    })
    expect(written.join('')).not.toContain(CANARY)
    expectLines()
  })

  test('a thrown value that is no Error is named, not shown', () => {
    for (const thrown of [CANARY, { body: CANARY }, [CANARY], new Headers({ cookie: CANARY })])
      log.error('request failed', { cause: thrown })
    expect(written.length).toBe(4)
    expect(written.join('')).not.toContain(CANARY)
    expect(written.join('')).toContain('not an Error')
  })

  test('the log says why a client or its request was refused', async () => {
    for (const body of ['client_id=cli_x&client_secret=y&grant_type=authorization_code', 'client_id=cli_x&token=y'])
      await send(t, 'POST /oauth/token', { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
    expect(await logged()).toContain('token: the client is unknown, disabled or expired')
  })

  test('CR, LF and terminal escapes in a value add no line and no colour to the log', () => {
    const evil = 'a\r\n{"level":"ERROR","message":"forged"}\n\u001b[31mred\u0007'
    log.info('x', {
      value: evil,
      list: [evil, { [evil]: evil }],
      cause: new Error(evil, { cause: new TypeError(evil) }),
    })
    log.error('failed', { cause: Object.assign(new Error(evil), { name: evil, code: evil }) })
    expect(written.length).toBe(2)
    expectLines()
    // Development colours its own words; what was given is written with escapes of JSON.
    for (const line of written) expect(line).not.toContain('\u001b[31mred')
  })
})
