/** The snippet of docs/passkeys.md, in a real Chromium with an authenticator of the DevTools protocol, against the server. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import type { CDPSession, Page } from 'playwright-core'
import { addAuthenticator } from '../../support/browser-passkeys.ts'
import { PASSWORD, signUp } from '../../support/client.ts'
import { browserPath, startWorld, type Visit, type World } from '../pages/support/world.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

const docs = await Bun.file(join(import.meta.dir, '../../../docs/passkeys.md')).text()
const snippet = /```js\n([\s\S]*?)```/.exec(docs)?.[1] ?? ''

interface Outcome {
  value?: Record<string, unknown> & { accessToken?: string; user?: { id: string; email: string } }
  error?: { name: string; code?: string }
}

let w: World
let page: Page
let visit: Visit
let cdp: CDPSession
let authenticatorId: string

/** Runs one line after the snippet, and says what came of it. */
const run = (line: string): Promise<Outcome> =>
  page.evaluate(`(async () => { ${snippet}
    try { return { value: await ${line} } }
    catch (error) { return { error: { name: error.name, code: error.code } } } })()`)

const presents = (enabled: boolean) => cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
const credentials = async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials
const me = async (token: string | undefined) =>
  (await run(`fetch('/v1/me', { headers: { authorization: 'Bearer ${token}' } }).then((r) => r.json())`)).value

// Skipped only where there is no chromium on PATH and CI is not set.
describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    w = await startWorld({ EMAIL_VERIFICATION: 'optional' })
  })
  afterAll(() => w?.stop())
  beforeEach(async () => {
    visit = await w.visit()
    page = visit.page
    ;({ cdp, authenticatorId } = await addAuthenticator(page))
    // A page with the policy of ours and no passkeys of its own: the sign-in page offers some by autofill already.
    await page.goto(`${w.origin.replace('127.0.0.1', 'localhost')}/verify-email`)
  })
  afterEach(async () => {
    await visit.context.close()
    expect(visit.complaints).toEqual([])
  })

  test('one prompt signs up; a click signs in, without a name or a password', async () => {
    let prompts = 0
    cdp.on('WebAuthn.credentialAdded', () => prompts++)
    const { value: made } = await run("signUpWithPasskey('ada@example.com', 'Ada')")
    expect(made?.user?.email).toBe('ada@example.com')
    expect(await me(made?.accessToken)).toMatchObject({ email: 'ada@example.com', name: 'Ada' })
    const [credential, ...others] = await credentials()
    expect([credential?.isResidentCredential, credential?.rpId, others.length, prompts]).toEqual([
      true,
      'localhost',
      0,
      1,
    ])
    const { value: again } = await run('signInWithPasskey()')
    expect(again?.user?.id).toBe(made?.user?.id ?? 'nobody')
    expect((await credentials())[0]?.signCount).toBeGreaterThan(1)
    expect((await run("signUpWithPasskey('ada@example.com')")).error?.code).toBe('user.email_taken')
  })

  test('autofill signs in once the person chooses', async () => {
    await run("signUpWithPasskey('autofill@example.com')")
    expect(await page.evaluate('PublicKeyCredential.isConditionalMediationAvailable()')).toBe(true)
    const { value } = await run('signInByAutofill(new AbortController().signal)')
    expect(value?.user?.email).toBe('autofill@example.com')
    const aborted = await run(
      '(() => { const c = new AbortController(); c.abort(); return signInByAutofill(c.signal) })()',
    )
    expect(aborted.error?.name).toBe('AbortError')
  })

  test('a person whom the authenticator does not know gets nowhere', async () => {
    await run("signUpWithPasskey('known@example.com')")
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    expect((await run('signInWithPasskey()')).error?.name).toBe('NotAllowedError')
    expect((await run("signUpWithPasskey('other@example.com')")).error?.name).toBe('NotAllowedError')
  })

  test('a copy of an authenticator is refused and flagged', async () => {
    const { value: made } = await run("signUpWithPasskey('copied@example.com')")
    await run('signInWithPasskey()')
    const [credential] = await credentials()
    if (credential === undefined) throw new Error('no credential')
    await run('signInWithPasskey()')
    await cdp.send('WebAuthn.removeCredential', { authenticatorId, credentialId: credential.credentialId })
    await cdp.send('WebAuthn.addCredential', { authenticatorId, credential }) // as it was one sign-in ago
    expect((await run('signInWithPasskey()')).error?.code).toBe('passkey.invalid')
    const listing = `fetch('/v1/me/passkeys', { headers: { authorization: 'Bearer ${made?.accessToken}' } }).then((r) => r.json())`
    const { items } = (await run(listing)).value as { items: { flaggedAt: string | null }[] }
    expect(items.map(({ flaggedAt }) => flaggedAt !== null)).toEqual([true])
  })

  test('a passkey is added to a password, asked for after it, and makes the session fresh', async () => {
    const { accessToken } = await signUp(w.t, 'both@example.com')
    const { value: added } = await run(`addPasskey('${accessToken}', 'My laptop')`)
    expect(added).toMatchObject({ name: 'My laptop', lastUsedAt: null, flaggedAt: null })
    const { value: half } = await run(
      `post('/v1/auth/sign-in', { email: 'both@example.com', password: '${PASSWORD}' })`,
    )
    expect(half).toMatchObject({ status: 'mfa_required', factors: ['passkey'] })
    const { value: whole } = await run(`showSecondFactor('${half?.challenge}')`)
    expect(whole?.user?.email).toBe('both@example.com')
    w.t.clock.advance(11 * 60_000)
    const refreshed = await run(`post('/v1/auth/refresh', { refreshToken: '${whole?.refreshToken}' })`)
    const token = refreshed.value?.accessToken
    expect((await run(`addPasskey('${token}')`)).error?.code).toBe('auth.fresh_session_required')
    const { value: fresh } = await run(`stepUp('${token}')`)
    // The authenticator has one of the account already: the browser refuses to make another.
    expect((await run(`addPasskey('${fresh?.accessToken}')`)).error?.name).toBe('InvalidStateError')
    const send = (method: string, id: unknown, body?: object) =>
      run(
        `fetch('/v1/me/passkeys/${id}', { method: '${method}', headers: { authorization: 'Bearer ${fresh?.accessToken}', 'content-type': 'application/json' }, ${body ? `body: '${JSON.stringify(body)}'` : ''} }).then((r) => ({ status: r.status }))`,
      )
    expect((await send('PATCH', added?.id, { name: 'Old laptop' })).value?.status).toBe(200)
    expect((await send('DELETE', added?.id)).value?.status).toBe(204)
    expect((await run('signInWithPasskey()')).error?.code).toBe('passkey.invalid')
  })

  test('without a user at the device no session is opened', async () => {
    await run("signUpWithPasskey('away@example.com')")
    await presents(false)
    const waiting = run('signInByAutofill(AbortSignal.timeout(300))')
    expect(['AbortError', 'TimeoutError']).toContain((await waiting).error?.name ?? 'signed in')
  })
})
