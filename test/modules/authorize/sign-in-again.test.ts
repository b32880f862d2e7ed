/** Who must sign in, when, and how: OpenID Connect Core §3.1.2.1–§3.1.2.4, §5.5.1, RFC 9470. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { openCode } from '../../../src/modules/grants/authorization-code.ts'
import { cookieOf, PASSWORD, setUpAdmin, signIn, call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { codeOf, enrol } from '../mfa/support/factors.ts'
import { proveOwnAddress } from '../proofs/support/mail.ts'
import { type ClientRow, makeClient, makeGrant, makePerson, type Person, redeem } from '../token/support/oauth.ts'
import {
  answerTo,
  authorize,
  decideOn,
  type Fields,
  leadsTo,
  makeResource,
  returnPath,
  textOf,
  visit,
} from './support/browser.ts'

const MINUTE_MS = 60_000

let t: TestApp
let client: ClientRow
let person: Person
let email: string
let people = 0
beforeEach(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
  client = await makeClient(t)
  email = `ada${++people}@example.com`
  person = await makePerson(t, email)
  await makeGrant(t, person, client)
})
afterEach(() => t.close())

const ask = (more: Fields, cookie: string | undefined = person.cookie) => authorize(t, client, more, cookie)
const errorOf = async (more: Fields, cookie?: string) => answerTo(await ask(more, cookie)).error

/** A new session of the person, by the password. */
async function signInAgain(address = email): Promise<string> {
  t.clock.advance(1000)
  const body = { email: address, password: PASSWORD, useCookie: true }
  return cookieOf(await call(t, 'POST /v1/auth/sign-in', { headers: { origin: ORIGIN }, body }))
}
const contentOf = async (page: Awaited<ReturnType<typeof ask>>) => openCode(t.deps, answerTo(page).code ?? '')

describe('prompt', () => {
  test('none: without a session, or with one that has ended, is login_required', async () => {
    expect(await errorOf({ prompt: 'none' }, '')).toBe('login_required')
    expect(await errorOf({ prompt: 'none' }, 'A'.repeat(43))).toBe('login_required')
    await call(t, 'POST /v1/auth/sign-out', { cookie: person.cookie })
    expect(await errorOf({ prompt: 'none' })).toBe('login_required')
  })

  test('none: what was not allowed is consent_required, and what was is a code', async () => {
    expect(answerTo(await ask({ prompt: 'none' })).code).toBeString()
    expect(await errorOf({ prompt: 'none', scope: 'openid email' })).toBe('consent_required')
  })

  test('login: the session that there was does not do, and a new one does', async () => {
    const page = await ask({ prompt: 'login' })
    expect(leadsTo(page)).toBe('/sign-in')
    const path = returnPath(page)
    for (let tries = 0; tries < 2; tries++)
      expect(leadsTo(await visit(t, path, { cookie: person.cookie }))).toBe('/sign-in')
    const other = await signInAgain()
    expect(answerTo(await visit(t, path, { cookie: other })).code).toBeString()
  })

  test('login: an interaction of another time or server is a page that says so', async () => {
    const path = returnPath(await ask({ prompt: 'login' }))
    t.clock.advance(15 * MINUTE_MS)
    const late = await visit(t, path, { cookie: person.cookie })
    expect([late.status, textOf(late).includes('This took too long')]).toEqual([400, true])
    for (const text of ['', 'x', 'a.b', `${path.slice(path.indexOf('=') + 1)}A`])
      expect((await visit(t, `/oauth/authorize?interaction=${text}`, { cookie: person.cookie })).status).toBe(400)
  })

  test('consent: is asked for although all is allowed', async () => {
    const page = await ask({ prompt: 'consent' })
    expect(answerTo(await decideOn(t, page, 'allow', person.cookie)).code).toBeString()
    expect(leadsTo(await ask({ prompt: 'consent' }))).toBe('/oauth/consent')
  })

  test('login consent: first the one, then the other', async () => {
    const path = returnPath(await ask({ prompt: 'login consent' }))
    const cookie = await signInAgain()
    const page = await visit(t, path, { cookie })
    expect(answerTo(await decideOn(t, page, 'allow', cookie)).code).toBeString()
  })

  test('select_account: shows the account, and another one can be used', async () => {
    const page = await ask({ prompt: 'select_account' })
    const shown = await visit(t, page.to ?? '', { cookie: person.cookie })
    const text = textOf(shown)
    expect(text).toContain('Continue to App')
    expect(text).toContain(email)
    expect(text).not.toContain('It asks for this')
    expect(answerTo(await decideOn(t, page, 'allow', person.cookie)).code).toBeString()
    const [, link = ''] = /<a class="other" href="([^"]+)"/.exec(shown.text) ?? []
    const other = await makePerson(t, 'grace@example.com')
    await makeGrant(t, other, client)
    const path = new URL(link.replaceAll('&amp;', '&')).searchParams.get('return_to') ?? ''
    expect(leadsTo(await visit(t, path, { cookie: person.cookie }))).toBe('/sign-in')
    t.clock.advance(1000)
    const cookie = await signInAgain('grace@example.com')
    expect((await contentOf(await visit(t, path, { cookie })))?.userId).toBe(other.userId)
  })

  test('select_account: what is ended meanwhile is asked for, and not allowed by the choice of an account', async () => {
    const page = await ask({ prompt: 'select_account' })
    const shown = await visit(t, page.to ?? '', { cookie: person.cookie })
    await t.deps.db.$client.execute('UPDATE grants SET ended_at = 1')
    const [, interaction = ''] = /name="interaction" value="([^"]+)"/.exec(shown.text) ?? []
    const form = { interaction, decision: 'allow' }
    const answer = await visit(t, '/oauth/consent', { cookie: person.cookie, headers: { origin: ORIGIN }, form })
    expect(leadsTo(answer)).toBe('/oauth/consent')
  })
})

describe('max_age', () => {
  test('asks for a sign-in that is not older', async () => {
    t.clock.advance(10 * MINUTE_MS)
    expect(answerTo(await ask({ max_age: '600' })).code).toBeString()
    expect(leadsTo(await ask({ max_age: '599' }))).toBe('/sign-in')
    expect(await errorOf({ max_age: '599', prompt: 'none' })).toBe('login_required')
    const path = returnPath(await ask({ max_age: '1' }))
    const cookie = await signInAgain()
    t.clock.advance(5000) // longer than max_age, but since the request began
    expect(answerTo(await visit(t, path, { cookie })).code).toBeString()
  })

  test('0 is a sign-in each time (§3.1.2.1)', async () => {
    expect(leadsTo(await ask({ max_age: '0' }))).toBe('/sign-in')
    const path = returnPath(await ask({ max_age: '0' }))
    expect(leadsTo(await visit(t, path, { cookie: person.cookie }))).toBe('/sign-in')
    expect(answerTo(await visit(t, path, { cookie: await signInAgain() })).code).toBeString()
  })

  test('a session of the future has an unknown age', async () => {
    t.clock.set(-60 * MINUTE_MS)
    expect(leadsTo(await ask({ max_age: '600' }))).toBe('/sign-in')
  })
})

describe('id_token_hint', () => {
  const hintFor = async (cookie = person.cookie, of = client) =>
    (await redeem(t, of, answerTo(await authorize(t, of, {}, cookie)).code ?? '')).body.id_token

  test('of the person is silent, also long after it expired', async () => {
    const hint = await hintFor()
    t.clock.advance(30 * MINUTE_MS)
    expect(answerTo(await ask({ prompt: 'none', id_token_hint: hint })).code).toBeString()
  })

  test.each(['RS256', 'ES256', 'EdDSA'])('signed with %s is verified', async (alg) => {
    const other = await makeClient(t, { id_token_alg: alg })
    await makeGrant(t, person, other)
    const hint = await hintFor(person.cookie, other)
    expect(
      answerTo(await authorize(t, other, { prompt: 'none', id_token_hint: hint }, person.cookie)).code,
    ).toBeString()
  })

  test('of another person is login_required, and asks who may sign in', async () => {
    const other = await makePerson(t, 'grace@example.com')
    await makeGrant(t, other, client)
    const hint = await hintFor(other.cookie)
    expect(await errorOf({ prompt: 'none', id_token_hint: hint })).toBe('login_required')
    const path = returnPath(await ask({ id_token_hint: hint }))
    const again = await visit(t, path, { cookie: await signInAgain() })
    expect(answerTo(again).error).toBe('login_required')
    expect((await contentOf(await visit(t, path, { cookie: await signInAgain('grace@example.com') })))?.userId).toBe(
      other.userId,
    )
  })

  test.each<[string, (hint: string) => Promise<string> | string]>([
    ['no JWT', () => 'x'],
    ['without a signature', (hint) => `${hint.slice(0, hint.lastIndexOf('.'))}.`],
    ['of alg none', (hint) => `${btoa('{"alg":"none"}').replaceAll('=', '')}.${hint.split('.')[1]}.`],
    ['with another subject', (hint) => hint.replace(/\.[^.]+\./, `.${btoa('{"sub":"x"}').replaceAll('=', '')}.`)],
    ['that is an access token', async () => (await signIn(t, email)).accessToken],
    [
      'of another client',
      async () => {
        const other = await makeClient(t)
        await makeGrant(t, person, other)
        return hintFor(person.cookie, other)
      },
    ],
  ])('%s is refused', async (_, change) => {
    const hint = await change(await hintFor())
    expect(await errorOf({ id_token_hint: hint, prompt: 'none' })).toBe('invalid_request')
  })

  test('of a pairwise client holds its own subject', async () => {
    await t.deps.db.$client.execute(`INSERT INTO pairwise_sectors (host, salt) VALUES ('app.example', 'salt')`)
    const pairwise = await makeClient(t, { subject_type: 'pairwise', sector: 'app.example' })
    await makeGrant(t, person, pairwise)
    const hint = await hintFor(person.cookie, pairwise)
    expect(
      answerTo(await authorize(t, pairwise, { prompt: 'none', id_token_hint: hint }, person.cookie)).code,
    ).toBeString()
  })

  test('§5.5.1: so does a sub that claims ask for by value', async () => {
    const claims = (value: string) => JSON.stringify({ id_token: { sub: { value } } })
    expect(answerTo(await ask({ prompt: 'none', claims: claims(person.userId) })).code).toBeString()
    expect(await errorOf({ prompt: 'none', claims: claims('usr_of_another') })).toBe('login_required')
    expect(leadsTo(await ask({ claims: claims('usr_of_another') }))).toBe('/sign-in')
  })
})

describe('acr: a second factor', () => {
  const essential = (acr: Record<string, unknown>) => JSON.stringify({ id_token: { acr: { essential: true, ...acr } } })

  /** A session without a second factor, of an account that got one afterwards. */
  async function withFactor() {
    await proveOwnAddress(t, await signIn(t, email))
    const cookie = await signInAgain()
    const { secret } = await enrol(t, await signIn(t, email))
    // The new factor ended it, and nothing else makes one like it.
    await t.deps.db.$client.execute('UPDATE sessions SET ended_at = NULL')
    t.deps.principals.forgetAll()
    return { cookie, secret }
  }

  test('that the account does not have is unmet_authentication_requirements if it is essential', async () => {
    for (const claims of [essential({ value: 'aal2' }), essential({ values: ['aal2'] })])
      expect(await errorOf({ claims })).toBe('unmet_authentication_requirements')
    for (const claims of [essential({ values: ['urn:mace:incommon:iap:silver'] }), essential({ value: 2 })])
      expect(await errorOf({ claims })).toBe('unmet_authentication_requirements')
  })

  test('goes without if it is voluntary, or if another value does', async () => {
    for (const more of [
      { acr_values: 'aal2' },
      { acr_values: 'aal1 aal2' },
      { acr_values: 'something' },
      { claims: essential({}) },
      { claims: essential({ values: ['aal2', 'aal1'] }) },
      { claims: JSON.stringify({ id_token: { acr: { value: 'aal2' } } }) },
    ])
      expect(answerTo(await ask(more)).code).toBeString()
  })

  test('RFC 9470 §5: of an account that has one is asked for in the session that there is', async () => {
    const { cookie, secret } = await withFactor()
    const page = await ask({ claims: essential({ value: 'aal2' }) }, cookie)
    expect([leadsTo(page), page.to?.searchParams.get('step')]).toEqual(['/sign-in', 'factor'])
    expect((await ask({ acr_values: 'aal2' }, cookie)).to?.searchParams.get('step')).toBe('factor')
    expect(await errorOf({ claims: essential({ value: 'aal2' }), prompt: 'none' }, cookie)).toBe('interaction_required')
    expect(answerTo(await ask({ acr_values: 'aal2', prompt: 'none' }, cookie)).code).toBeString()
    const stepped = await call(t, 'POST /v1/auth/step-up', {
      cookie,
      body: { factor: 'totp', code: codeOf(t, secret) },
    })
    const answer = await visit(t, returnPath(page), { cookie: cookieOf(stepped) })
    expect((await contentOf(answer))?.amr).toContain('mfa')
  })
})

describe('a session that must not authorize', () => {
  test('of an administrator who acts for a person is told so, and nothing is allowed', async () => {
    await setUpAdmin(t)
    const admin = await signIn(t, 'admin@example.com')
    const { body } = await call<{ refreshToken: string }>(t, `POST /v1/users/${person.userId}/impersonate`, {
      token: admin.accessToken,
      body: { reason: 'Ticket 4711' },
    })
    // Such a session has no cookie: made one here, because nothing else may protect the account.
    await t.deps.db.$client.execute(`UPDATE sessions SET kind = 'cookie' WHERE impersonator_id IS NOT NULL`)
    const page = await ask({}, body.refreshToken)
    expect(page.status).toBe(403)
    expect(textOf(page)).toContain('You are using the account of another person')
    const [, back = ''] = /href="(https:\/\/app[^"]+)"/.exec(page.text) ?? []
    expect(Object.fromEntries(new URL(back.replaceAll('&amp;', '&')).searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'a-state',
      iss: ORIGIN,
    })
    expect(await errorOf({ prompt: 'none' }, body.refreshToken)).toBe('interaction_required')
  })

  test('of an anonymous account is told so, and may use another account', async () => {
    const own = await createTestApp({ env: { ANONYMOUS_USERS: 'allow' } })
    const other = await makeClient(own)
    const answer = await call(own, 'POST /v1/auth/anonymous', {
      headers: { origin: ORIGIN },
      body: { useCookie: true },
    })
    const cookie = cookieOf(answer)
    const page = await authorize(own, other, {}, cookie)
    expect(page.status).toBe(403)
    expect(textOf(page)).toContain('This account has no e-mail address yet')
    expect(page.text).toContain(`${ORIGIN}/sign-in?return_to=%2Foauth%2Fauthorize`)
    expect(answerTo(await authorize(own, other, { prompt: 'none' }, cookie)).error).toBe('interaction_required')
    await own.close()
  })

  test('whose role asks for a second factor that the account lacks is told so', async () => {
    await t.deps.db.$client.batch([
      {
        sql: `INSERT INTO custom_roles (id, org_id, name, permissions, mfa_required, created_at, updated_at) VALUES ('rol_x', NULL, 'strict', '[]', 1, 0, 0)`,
        args: [],
      },
      { sql: `INSERT INTO role_requirements (role, mfa_required, updated_at) VALUES ('strict', 1, 0)`, args: [] },
      { sql: 'INSERT INTO user_roles (user_id, role) VALUES (?, ?)', args: [person.userId, 'strict'] },
    ])
    t.deps.principals.forgetAll()
    const page = await ask({})
    expect(page.status).toBe(403)
    expect(textOf(page)).toContain('Your account needs a second factor')
    expect(await errorOf({ prompt: 'none' })).toBe('interaction_required')
  })

  test('of a token is none: only the cookie of a browser counts', async () => {
    const page = await visit(t, `/oauth/authorize?${new URLSearchParams()}`, {
      headers: { authorization: `Bearer ${person.accessToken}` },
    })
    expect(page.status).toBe(400)
    const { accessToken } = await signIn(t, email)
    const asked = await ask({}, undefined)
    expect(leadsTo(asked)).toBe('client')
    const byToken = await visit(t, (await authorize(t, client, {}, '')).to ?? '', {
      headers: { authorization: `Bearer ${accessToken}` },
    })
    expect(byToken.status).toBe(200) // the sign-in page
  })
})

describe('RFC 9700 §4.7: session fixation', () => {
  test('an interaction of one person gives nothing of it to another one', async () => {
    const attacker = await makePerson(t, 'mallory@example.com')
    const path = returnPath(await ask({ prompt: 'login', login_hint: 'mallory@example.com' }, attacker.cookie))
    t.clock.advance(1000)
    const victim = await signInAgain()
    // The person gets a code of their own account, as after any link to the authorization endpoint.
    expect((await contentOf(await visit(t, path, { cookie: victim })))?.userId).toBe(person.userId)
  })

  test('a code names the session that asked, not one that an attacker set', async () => {
    const attacker = await makePerson(t, 'mallory@example.com')
    await makeGrant(t, attacker, client)
    expect((await contentOf(await ask({}, attacker.cookie)))?.sessionId).toBe(attacker.sessionId)
  })
})

test('a resource, several prompts, max_age and a hint survive the sign-in', async () => {
  const notes = await makeResource(t)
  const page = await ask({
    scope: 'notes:read',
    resource: notes,
    prompt: 'login consent',
    max_age: '60',
    login_hint: email,
  })
  const cookie = await signInAgain()
  const consent = await visit(t, returnPath(page), { cookie })
  const allowed = await decideOn(t, consent, 'allow', cookie)
  expect((await contentOf(allowed))?.scopes).toEqual({ [notes]: ['notes:read'] })
})
