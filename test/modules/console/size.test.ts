/** What the first load of the console weighs, in a real Chromium: every file that a person waits for. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { call, signIn } from '../../support/client.ts'
import { ADMIN, browserPath, type Console, heading, signInHere, startConsole } from './support/console.ts'

setDefaultTimeout(300_000)

const KIB = 1_024
const OWNER = 'owner@example.com'
let c: Console

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    c = await startConsole()
    await c.person(OWNER)
    const { accessToken } = await signIn(c.t, OWNER)
    expect((await call(c.t, 'POST /v1/orgs', { token: accessToken, body: { name: 'Acme' } })).status).toBe(201)
  })
  afterAll(() => c?.stop())

  test.each([
    ['the console with its first section', '/console', ADMIN, 45],
    ['the console of who owns an organisation', '/console', OWNER, 45],
    ['the list of users', '/console/users', ADMIN, 50],
    ['the set-up', '/setup', ADMIN, 45],
  ])('%s (%s for %s) takes at most %d KiB', async (_, path, email, budget) => {
    const visit = await c.visit({}) // a browser with nothing in its cache
    await signInHere(visit.page, c.origin, email)
    const loaded = new Set<string>()
    visit.page.on('response', (response) => {
      const { pathname } = new URL(response.url())
      if (!/^\/v1\/|icon/.test(pathname) && response.status() === 200) loaded.add(response.url())
    })
    await visit.page.goto(c.origin + path)
    await heading(visit.page, /./)
    await visit.page.waitForLoadState('networkidle')
    // Asked for again with the same cookie: the browser may have dropped the body of an answer by now.
    const sizes: Record<string, number> = {}
    for (const url of loaded) {
      const answer = await visit.context.request.get(url)
      sizes[new URL(url).pathname] = gzipSync(await answer.body()).byteLength
    }
    const total = Object.values(sizes).reduce((sum, size) => sum + size, 0)
    expect(Object.keys(sizes).filter((name) => name.endsWith('main.js')).length, JSON.stringify(sizes)).toBe(1)
    expect(total / KIB, JSON.stringify(sizes)).toBeLessThanOrEqual(budget)
    await visit.leave()
  })
})
