/** `GET /v1/settings` says what counts, and never a secret. */
import { afterEach, expect, test } from 'bun:test'
import { parseConfig } from '../../../src/config.ts'
import type { Variable } from '../../../src/core/feature.ts'
import { declared } from '../../../src/declared.ts'
import { listSettings } from '../../../src/modules/settings/list-settings.ts'
import { call, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

const CANARY = 'canary-0123456789-abcdefghijklmnopqrstuvwxyz'
/** Every variable that may carry a secret, with one. */
const SECRETS = {
  APP_SECRET: CANARY,
  APP_SECRET_PREVIOUS: `${CANARY}-previous`,
  DATABASE_URL: `https://someone:${CANARY}@db.example/path-${CANARY}`,
  DATABASE_AUTH_TOKEN: CANARY,
  REDIS_URL: `redis://someone:${CANARY}@redis.example:6379/0`,
  MAIL_URL: `smtps://someone:${CANARY}@smtp.example:465`,
  DNS_OVER_HTTPS_URL: `https://dns.example/${CANARY}`,
  RETURN_URLS: 'https://app.example/signed-in',
  OIDC_PROVIDERS: JSON.stringify([{ id: 'google', preset: 'google', clientId: 'us', clientSecret: CANARY }]),
}

const settingsOf = (env: Record<string, string>) =>
  Object.fromEntries(
    listSettings(parseConfig({ NODE_ENV: 'test', APP_URL: 'https://id.example', ...env })).map((one) => [
      one.name,
      one,
    ]),
  )

test('every declared variable is listed once, with its words', () => {
  const settings = listSettings(parseConfig({ NODE_ENV: 'test', APP_SECRET: CANARY }))
  const names = declared.flatMap(({ variables = {} }) => Object.keys(variables))
  expect(settings.map(({ name }) => name).sort()).toEqual(names.sort())
  expect(settings.filter(({ description }) => description === '')).toEqual([])
})

test('no secret is shown in any way, and of a URL only where it leads', () => {
  const settings = settingsOf(SECRETS)
  expect(JSON.stringify(settings)).not.toContain('canary')
  expect(settings.APP_SECRET).toMatchObject({ source: 'set', value: null, hidden: true })
  expect(settings.OIDC_PROVIDERS).toMatchObject({ source: 'set', value: null, hidden: true })
  expect(settings.DATABASE_URL?.value).toBe('https://db.example')
  expect(settings.REDIS_URL?.value).toBe('redis://redis.example:6379')
  expect(settings.MAIL_URL?.value).toBe('smtps://smtp.example:465')
  expect(settings.METADATA_FILTER_KEY).toMatchObject({ source: 'unset', value: null, hidden: false })
})

test('a text of a later release is hidden until somebody decides that it is no secret', () => {
  const texts = declared.flatMap(({ variables = {} }) =>
    Object.entries<Variable>(variables).flatMap(([name, one]) => ('type' in one && one.type === 'text' ? [name] : [])),
  )
  const env = Object.fromEntries(texts.map((name) => [name, '/']))
  const config = { ...parseConfig({ NODE_ENV: 'test', APP_SECRET: CANARY }), variables: env as never }
  const shown = listSettings(config).filter(({ name, hidden }) => texts.includes(name) && !hidden)
  // A name that is new here was added to the list of `list-settings.ts` on purpose.
  expect(shown.map(({ name }) => name).filter((name) => /SECRET|TOKEN|PASSWORD|DSN|PROVIDERS_JSON/.test(name))).toEqual(
    ['ACCESS_TOKEN_CLAIMS'],
  )
})

test('says whether a value is set, the default, or follows from another', () => {
  const settings = settingsOf({ APP_SECRET: CANARY, RATE_LIMIT: 'off', PORT: '4000' })
  expect(settings.RATE_LIMIT).toMatchObject({ type: 'choice', choices: ['on', 'off'], source: 'set', value: 'off' })
  expect(settings.PORT).toMatchObject({ type: 'integer', source: 'set', value: 4000 })
  expect(settings.PASSWORD_MIN_LENGTH).toMatchObject({ source: 'default', value: 12 })
  expect(settings.EMAIL_VERIFICATION).toMatchObject({ source: 'derived', value: 'optional' })
  expect(settings.MAIL_FROM).toMatchObject({ source: 'derived', value: expect.stringContaining('no-reply@id.example') })
  expect(settings.DATABASE_URL).toMatchObject({ source: 'default', value: 'file:data/threeger.db' })
})

let t: TestApp | undefined
afterEach(() => t?.close())

test('needs settings:read', async () => {
  t = await createTestApp()
  const { accessToken: token } = await setUpAdmin(t)
  const { accessToken: theirs } = await signUp(t, 'ada@example.com')
  const answer = await call<{ release: string }>(t, 'GET /v1/settings', { token })
  expect([answer.status, answer.body.release]).toEqual([200, (await import('../../../package.json')).default.version])
  expect(answer.text).not.toContain(t.deps.config.appSecret)
  for (const path of ['settings', 'rate-limits', 'mail-previews', 'mail-previews/sign-in'])
    expect((await call(t, `GET /v1/${path}`, { token: theirs })).status).toBe(403)
})

test('the limits are those in force', async () => {
  t = await createTestApp({
    env: { RATE_LIMIT: 'on', RATE_LIMIT_PER_MINUTE: '77' },
    deps: { noticed: async () => ['redis.silent'] },
  })
  const { accessToken: token } = await setUpAdmin(t)
  const { body } = await call<{
    budgets: { name: string; points: number; site: number | null; shared: number | null }[]
  }>(t, 'GET /v1/rate-limits', { token })
  expect(body).toMatchObject({ enabled: true, store: 'memory', storeAnswers: false })
  const of = (name: string) => body.budgets.find((one) => one.name === name)
  expect(of('requests:account')).toMatchObject({
    points: 77,
    seconds: 60,
    variable: 'RATE_LIMIT_PER_MINUTE',
    site: null,
  })
  expect(of('guess:address')).toMatchObject({ points: 100, site: 300, shared: 10_000 })
  expect(new Set(body.budgets.map(({ name }) => name)).size).toBe(body.budgets.length)
  const docs = await Bun.file(`${import.meta.dir}/../../../docs/rate-limits.md`).text()
  expect(docs).toContain('`guess:account+address`')
})
