/** What a request may ask for: OAuth 2.1 §4.1.1, RFC 7636, OpenID Connect Core §3.1.2.1, RFC 8707, RFC 9396, RFC 9449 §10. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { openCode } from '../../../src/modules/grants/authorization-code.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import {
  type ClientRow,
  insert,
  makeClient,
  makePerson,
  payloadOf,
  type Person,
  redeem,
} from '../token/support/oauth.ts'
import { answerTo, authorize, decideOn, type Fields, leadsTo, makeResource, textOf, visit } from './support/browser.ts'

let t: TestApp
let client: ClientRow
let person: Person
beforeEach(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
  client = await makeClient(t)
  person = await makePerson(t)
})
afterEach(() => t.close())

const errorOf = async (more: Fields, of = client) => answerTo(await authorize(t, of, more, person.cookie)).error
/** The content of the code that the person allows. */
async function codeFor(more: Fields, of = client) {
  const page = await authorize(t, of, more, person.cookie)
  const answered = leadsTo(page) === 'client' ? page : await decideOn(t, page, 'allow', person.cookie)
  const { code = '' } = answerTo(answered)
  return { code, ...(await openCode(t.deps, code)) }
}

test.each<[string, Fields, string]>([
  ['RFC 9700 §2.1.1: no code_challenge', { code_challenge: undefined }, 'invalid_request'],
  [
    'RFC 9700 §4.8.2: neither challenge nor method',
    { code_challenge: undefined, code_challenge_method: undefined },
    'invalid_request',
  ],
  ['RFC 7636 §4.3: no method, which means plain', { code_challenge_method: undefined }, 'invalid_request'],
  ['RFC 9700 §4.8.2: plain', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['s256 in small letters', { code_challenge_method: 's256' }, 'invalid_request'],
  ['a short challenge', { code_challenge: 'a'.repeat(42) }, 'invalid_request'],
  ['a long challenge', { code_challenge: 'a'.repeat(44) }, 'invalid_request'],
  ['a challenge that is no base64url', { code_challenge: `${'a'.repeat(42)}=` }, 'invalid_request'],
  ['two challenges', { code_challenge: ['a'.repeat(43), 'b'.repeat(43)] }, 'invalid_request'],
  ['two scopes', { scope: ['openid', 'openid'] }, 'invalid_request'],
  ['two nonces', { nonce: ['a', 'b'] }, 'invalid_request'],
  ['RFC 9700 §2.1.2: the implicit grant', { response_type: 'token' }, 'unsupported_response_type'],
  ['an ID token by the browser', { response_type: 'id_token' }, 'unsupported_response_type'],
  ['hybrid', { response_type: 'code id_token' }, 'unsupported_response_type'],
  ['hybrid in another order', { response_type: 'token code' }, 'unsupported_response_type'],
  ['response_type=none', { response_type: 'none' }, 'unsupported_response_type'],
  ['response_type with a blank', { response_type: 'code ' }, 'unsupported_response_type'],
  ['no response_type', { response_type: undefined }, 'invalid_request'],
  ['RFC 9700 §4.3.1: the fragment', { response_mode: 'fragment' }, 'invalid_request'],
  ['an unknown response_mode', { response_mode: 'web_message' }, 'invalid_request'],
  ['OpenID Connect Core §6.1: a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
  [
    'OpenID Connect Core §6.2: a request_uri',
    { request_uri: 'https://app.example/request.jwt' },
    'request_uri_not_supported',
  ],
  ['a request_uri of our own network', { request_uri: 'http://127.0.0.1/' }, 'request_uri_not_supported'],
  ['prompt=none with another', { prompt: 'none login' }, 'invalid_request'],
  ['an unknown prompt', { prompt: 'create' }, 'invalid_request'],
  ['max_age of a word', { max_age: 'soon' }, 'invalid_request'],
  ['max_age below zero', { max_age: '-1' }, 'invalid_request'],
  ['max_age with a point', { max_age: '1.5' }, 'invalid_request'],
  ['a state of 2049 letters', { state: 'a'.repeat(2049) }, 'invalid_request'],
  ['a nonce of 1025 letters', { nonce: 'a'.repeat(1025) }, 'invalid_request'],
  ['claims that are no JSON', { claims: '{' }, 'invalid_request'],
  ['claims that are a list', { claims: '[]' }, 'invalid_request'],
  ['claims without an object', { claims: '{"id_token":1}' }, 'invalid_request'],
  ['a claim that is a text', { claims: '{"id_token":{"email":"x"}}' }, 'invalid_request'],
  ['essential that is a text', { claims: '{"id_token":{"email":{"essential":"yes"}}}' }, 'invalid_request'],
  ['values that are no list', { claims: '{"id_token":{"acr":{"values":"aal2"}}}' }, 'invalid_request'],
  ['claims of 2049 letters', { claims: `{"id_token":{"${'a'.repeat(2040)}":null}}` }, 'invalid_request'],
  ['RFC 9449 §10: a dpop_jkt that is no thumbprint', { dpop_jkt: 'short' }, 'invalid_request'],
  ['an unknown scope', { scope: 'openid everything' }, 'invalid_scope'],
  ['RFC 8707 §2: an unknown resource', { resource: 'https://nowhere.example/' }, 'invalid_target'],
  ['RFC 8707 §2: a resource with a fragment', { resource: 'https://api.test/#x' }, 'invalid_target'],
  ['RFC 8707 §2: a resource that is no URI', { resource: 'api' }, 'invalid_target'],
  ['a resource with another slash', { resource: `${ORIGIN}/` }, 'invalid_target'],
  ['RFC 9396 §5: details that are no JSON', { authorization_details: '{' }, 'invalid_authorization_details'],
  [
    'RFC 9396 §5: details that are an object',
    { authorization_details: '{"type":"x"}' },
    'invalid_authorization_details',
  ],
  ['RFC 9396 §5: details without a type', { authorization_details: '[{}]' }, 'invalid_authorization_details'],
  ['RFC 9396 §5: an unknown type', { authorization_details: '[{"type":"payment"}]' }, 'invalid_authorization_details'],
  ['details with U+0000', { authorization_details: '[{"type":"\\u0000"}]' }, 'invalid_authorization_details'],
])('refused: %s', async (_, more, error) => {
  expect(await errorOf(more)).toBe(error)
})

test('parameters without a value count as absent, and unknown ones are ignored (RFC 6749 §3.1)', async () => {
  const more = {
    prompt: '',
    max_age: '',
    claims: '',
    display: 'popup',
    ui_locales: 'pt',
    registration: '{}',
    foo: ['a', 'b'],
  }
  expect(leadsTo(await authorize(t, client, more, person.cookie))).toBe('/oauth/consent')
})

test('the code is bound to the client, the redirect URI, the challenge, the nonce, the session and the key', async () => {
  const jkt = 'k'.repeat(43)
  expect(await codeFor({ dpop_jkt: jkt })).toMatchObject({
    clientId: client.id,
    redirectUri: 'https://app.example/callback',
    nonce: 'a-nonce',
    sessionId: person.sessionId,
    userId: person.userId,
    jkt,
    amr: ['pwd'],
    scopes: { [ORIGIN]: ['openid'] },
    expiresAt: t.clock.now() + 60_000,
  })
})

describe('RFC 8707: resources', () => {
  test('several are allowed, and each has the scopes that it knows', async () => {
    const notes = await makeResource(t)
    const mail = await makeResource(t, {
      scopes: [
        { name: 'mail:send', description: 'Send mail' },
        { name: 'notes:read', description: 'Attach notes' },
      ],
    })
    const { scopes } = await codeFor({ scope: 'openid notes:read mail:send', resource: [notes, mail, notes] })
    expect(Object.entries(scopes ?? {})).toEqual([
      [notes, ['notes:read']],
      [mail, ['notes:read', 'mail:send']],
      [ORIGIN, ['openid']],
    ])
  })

  test('one without a scope is allowed too, and the token is for it', async () => {
    const notes = await makeResource(t)
    const page = await authorize(t, client, { scope: undefined, resource: notes }, person.cookie)
    const consent = await visit(t, page.to ?? '', { cookie: person.cookie })
    expect(textOf(consent)).toContain('Call Notes in your name')
    const { code = '' } = answerTo(await decideOn(t, page, 'allow', person.cookie))
    const { body } = await redeem(t, client, code)
    expect(payloadOf(body.access_token)).toMatchObject({ aud: notes })
  })

  test('without the parameter it is the only audience of the client, else our own API', async () => {
    const notes = await makeResource(t)
    const one = await makeClient(t, { audiences: JSON.stringify([notes]) })
    expect((await codeFor({ scope: 'notes:read' }, one)).scopes).toEqual({ [notes]: ['notes:read'] })
    const two = await makeClient(t, { audiences: JSON.stringify([notes, ORIGIN]) })
    expect(await errorOf({ scope: 'notes:read' }, two)).toBe('invalid_scope')
    expect((await codeFor({ scope: 'users:read' })).scopes).toEqual({ [ORIGIN]: ['users:read'] })
  })

  test('one that the client may not ask for is refused, as one of another organisation is', async () => {
    const notes = await makeResource(t)
    const bound = await makeClient(t, { audiences: JSON.stringify([ORIGIN]) })
    expect(await errorOf({ resource: notes }, bound)).toBe('invalid_target')
    for (const id of ['org_a', 'org_b'])
      await insert(t, 'organisations', {
        id,
        name: id,
        slug: id.replace('_', '-'),
        settings: '{}',
        created_at: 0,
        updated_at: 0,
        version: 1,
      })
    const ofA = await makeResource(t, { org_id: 'org_a' })
    expect(await errorOf({ resource: ofA }, await makeClient(t, { org_id: 'org_b' }))).toBe('invalid_target')
    for (const allowed of [await makeClient(t, { org_id: 'org_a' }), client])
      expect(leadsTo(await authorize(t, allowed, { resource: ofA, scope: 'notes:read' }, person.cookie))).toBe(
        '/oauth/consent',
      )
  })

  test('more than 20 are refused', async () => {
    const all = Array.from({ length: 21 }, (_, index) => `https://api${index}.example/`)
    expect(await errorOf({ resource: all })).toBe('invalid_request')
  })
})

describe('scopes of a client', () => {
  test('that is limited to some are no others', async () => {
    const limited = await makeClient(t, { scopes: JSON.stringify(['openid', 'email']) })
    expect(await errorOf({ scope: 'openid profile' }, limited)).toBe('invalid_scope')
    expect((await codeFor({ scope: 'openid email' }, limited)).scopes).toEqual({ [ORIGIN]: ['openid', 'email'] })
  })

  test('OpenID Connect Core §11: offline_access needs the grant of refresh tokens', async () => {
    const short = await makeClient(t, { grant_types: '["authorization_code"]' })
    expect(await errorOf({ scope: 'openid offline_access' }, short)).toBe('invalid_scope')
    expect((await codeFor({ scope: 'openid offline_access', prompt: 'consent' })).scopes).toEqual({
      [ORIGIN]: ['openid', 'offline_access'],
    })
  })
})

describe('RFC 9396: authorization details', () => {
  const payment = { type: 'payment', actions: ['initiate'], amount: '12.00', creditor: { name: 'Ada' } }
  let bank: string
  beforeEach(async () => {
    bank = await makeResource(t, {
      detailTypes: [{ type: 'payment', description: 'Pay from your account', fields: ['amount', 'creditor'] }],
    })
  })
  const ask = (details: unknown, more: Fields = {}): Fields => ({
    scope: undefined,
    resource: bank,
    authorization_details: JSON.stringify(details),
    ...more,
  })

  test('are shown at consent, are in the code and the token, and are remembered', async () => {
    const page = await authorize(t, client, ask([payment]), person.cookie)
    const text = textOf(await visit(t, page.to ?? '', { cookie: person.cookie }))
    expect(text).toContain('Pay from your account')
    expect(text).toContain('12.00')
    const { code = '' } = answerTo(await decideOn(t, page, 'allow', person.cookie))
    const { body } = await redeem(t, client, code)
    expect(payloadOf(body.access_token)).toMatchObject({ aud: bank, authorization_details: [payment] })
    // With its members in another order it is the same.
    const { type, ...rest } = payment
    expect(leadsTo(await authorize(t, client, ask([{ ...rest, type }]), person.cookie))).toBe('client')
    const other = await authorize(t, client, ask([{ ...payment, amount: '13.00' }]), person.cookie)
    expect(leadsTo(other)).toBe('/oauth/consent')
  })

  test.each<[string, unknown]>([
    ['a field that the type does not have', [{ ...payment, iban: 'x' }]],
    ['an identifier that is a number', [{ ...payment, identifier: 1 }]],
    ['actions that are a text', [{ ...payment, actions: 'initiate' }]],
    ['a location that was not asked for', [{ ...payment, locations: ['https://elsewhere.example/'] }]],
    ['eleven of them', Array.from({ length: 11 }, () => payment)],
    ['one that is null', [null]],
    ['a type that is a number', [{ type: 1 }]],
    ['a type named __proto__', [JSON.parse('{"type":"__proto__"}')]],
  ])('with %s are refused', async (_, details) => {
    expect(await errorOf(ask(details))).toBe('invalid_authorization_details')
  })

  test('§3.1: without a resource, their locations name it', async () => {
    const details = [{ ...payment, locations: [bank] }]
    const { scopes } = await codeFor(ask(details, { resource: undefined }))
    expect(Object.keys(scopes ?? {})).toEqual([bank])
  })

  test('text that turns the direction, or that nobody sees, is shown as escaped', async () => {
    const page = await authorize(t, client, ask([{ ...payment, amount: '\u202e00.21\u3164\u{e0041}' }]), person.cookie)
    const consent = await visit(t, page.to ?? '', { cookie: person.cookie })
    expect(consent.text).not.toMatch(/[\u202e\u3164\u{e0041}]/u)
    expect(consent.text).toContain('\\u202e00.21\\u3164\\udb40\\udc41')
  })

  test('text of the client is shown as text', async () => {
    const evil = '</pre><script>alert(1)</script>'
    const page = await authorize(t, client, ask([{ ...payment, amount: evil }]), person.cookie)
    const consent = await visit(t, page.to ?? '', { cookie: person.cookie })
    expect(consent.text).not.toContain('<script')
    expect(consent.text).toContain('&lt;script&gt;')
  })
})

describe('OpenID Connect Core §5.5: claims', () => {
  const claims = JSON.stringify({
    id_token: { email: { essential: true }, auth_time: { essential: true }, other: null },
  })

  test('of the person are asked for at consent, and are in the ID token', async () => {
    const page = await authorize(t, client, { claims }, person.cookie)
    expect(textOf(await visit(t, page.to ?? '', { cookie: person.cookie }))).toContain('See your e-mail address')
    const { code = '' } = answerTo(await decideOn(t, page, 'allow', person.cookie))
    const { body } = await redeem(t, client, code)
    expect(payloadOf(body.id_token)).toMatchObject({ email: expect.any(String), auth_time: expect.any(Number) })
    expect(body.scope).toBe('openid')
  })

  test('are not asked for again, but more are', async () => {
    await codeFor({ claims })
    expect(leadsTo(await authorize(t, client, { claims }, person.cookie))).toBe('client')
    const more = JSON.stringify({ userinfo: { name: null } })
    expect(leadsTo(await authorize(t, client, { claims: more }, person.cookie))).toBe('/oauth/consent')
  })

  test('that the client may not have are left out', async () => {
    const limited = await makeClient(t, { scopes: '["openid"]' })
    const { code } = await codeFor({ claims }, limited)
    expect(payloadOf((await redeem(t, limited, code)).body.id_token)).not.toHaveProperty('email')
  })
})
