import { expect } from 'bun:test'
import { type Algorithm, type Authenticator, createAuthenticator } from '../../support/authenticator.ts'
import { PASSWORD, type Session } from '../../support/client.ts'
import { guarantee } from '../../runtime/case.ts'
import { APP_URL, type Tools } from '../../runtime/tools.ts'

interface Creation {
  challenge: string
  options: { challenge: string; rp: { id: string }; user: { id: string } }
}
interface Request {
  challenge: string
  options: { challenge: string; rpId: string; allowCredentials: { id: string }[] }
}

const PASSKEY = 'POST /v1/auth/passkey'

async function created(
  { call }: Tools,
  path: string,
  { body = {}, token }: { body?: unknown; token?: string },
  alg: Algorithm,
) {
  const key = await createAuthenticator({ alg, origin: APP_URL })
  const { challenge, options } = (await call<Creation>(`POST ${path}`, { body, token })).body
  return { key, body: { challenge, credential: await key.create(options) } }
}

async function person(tools: Tools, alg: Algorithm = -7) {
  const email = tools.newEmail()
  const { key, body } = await created(tools, '/v1/auth/passkey/sign-up/options', { body: { email } }, alg)
  const answer = await tools.call<Session>(`${PASSKEY}/sign-up`, { body })
  expect(answer.status, answer.text).toBe(201)
  return { key, email, session: answer.body }
}

async function shown({ call }: Tools, key: Authenticator, path: string, ask: { body?: unknown; token?: string } = {}) {
  const { challenge, options } = (await call<Request>(`POST ${path}`, { body: {}, ...ask })).body
  return { challenge, credential: await key.get(options) }
}

export const passkeyCases = [
  guarantee(
    'sign-up and sign-in accept a passkey of each algorithm, and nothing else',
    [
      'POST /v1/auth/passkey/options',
      'POST /v1/auth/passkey',
      'POST /v1/auth/passkey/sign-up/options',
      'POST /v1/auth/passkey/sign-up',
    ],
    async (tools) => {
      for (const alg of [-8, -7, -257] as const) {
        const { key, email } = await person(tools, alg)
        const body = await shown(tools, key, '/v1/auth/passkey/options')
        const answer = await tools.call<Session>(PASSKEY, { body })
        expect([answer.status, answer.body.user.email]).toEqual([200, email])
        await tools.refused(PASSKEY, 'passkey.invalid', { body })
        const { challenge, options } = (await tools.call<Request>(`${PASSKEY}/options`, { body: {} })).body
        for (const lie of [
          { origin: 'https://evil.example' },
          { rpId: 'evil.example' },
          { verified: false },
          { type: 'webauthn.create' },
          { signature: (bytes: Uint8Array<ArrayBuffer>) => bytes.fill(7) },
        ])
          await tools.refused(PASSKEY, 'passkey.invalid', {
            body: { challenge, credential: await key.get(options, lie) },
          })
      }
      const { key, body } = await created(
        tools,
        '/v1/auth/passkey/sign-up/options',
        { body: { email: tools.newEmail() } },
        -7,
      )
      const other = await key.create({ challenge: 'x', rp: { id: 'id.test' }, user: { id: 'x' } })
      await tools.refused(`${PASSKEY}/sign-up`, 'passkey.not_created', { body: { ...body, credential: other } })
    },
  ),

  guarantee('of many answers to one challenge one opens a session', ['POST /v1/auth/passkey'], async (tools) => {
    const { key } = await person(tools)
    const body = await shown(tools, key, '/v1/auth/passkey/options')
    const answers = await Promise.all(Array.from({ length: 10 }, () => tools.call(PASSKEY, { body })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(401)])
  }),

  guarantee(
    'people add, name and remove passkeys, and the last way in stays',
    [
      'GET /v1/me/passkeys',
      'POST /v1/me/passkeys/options',
      'POST /v1/me/passkeys',
      'PATCH /v1/me/passkeys/:id',
      'DELETE /v1/me/passkeys/:id',
    ],
    async (tools) => {
      const { session } = await person(tools)
      const token = session.accessToken
      const { body } = await created(tools, '/v1/me/passkeys/options', { token }, -8)
      const added = await tools.call<{ id: string }>('POST /v1/me/passkeys', { token, body })
      expect(added.status, added.text).toBe(201)
      const list = async () =>
        (await tools.call<{ items: { id: string; name: string }[] }>('GET /v1/me/passkeys', { token })).body.items
      const [first, second] = await list()
      expect(second?.id).toBe(added.body.id)
      const path = `/v1/me/passkeys/${second?.id}`
      expect((await tools.call(`PATCH ${path}`, { token, body: { name: 'Phone 🦋' } })).body.name).toBe('Phone 🦋')
      const stranger = await tools.signUp()
      await tools.refused(`DELETE ${path}`, 'passkey.not_found', { token: stranger.accessToken })
      expect((await tools.call(`DELETE ${path}`, { token })).status).toBe(204)
      await tools.refused(`DELETE /v1/me/passkeys/${first?.id}`, 'factor.last_way_in', { token })
      expect(await list()).toEqual([first as { id: string; name: string }])
    },
  ),

  guarantee(
    'a passkey makes a session fresh, and is asked for after the password',
    ['POST /v1/auth/step-up/passkey/options', 'POST /v1/auth/mfa/passkey/options'],
    async (tools) => {
      const { accessToken: token, user } = await tools.signUp()
      const { key, body } = await created(tools, '/v1/me/passkeys/options', { token }, -7)
      expect((await tools.call('POST /v1/me/passkeys', { token, body })).status).toBe(201)
      const answer = await shown(tools, key, '/v1/auth/step-up/passkey/options', { token })
      expect((await tools.call('POST /v1/auth/step-up', { token, body: answer })).status).toBe(200)
      const asked = { email: user.email, password: PASSWORD }
      const signIn = await tools.call<{ status: string; challenge: string }>('POST /v1/auth/sign-in', { body: asked })
      expect(signIn.body.status).toBe('mfa_required')
      const { options } = (
        await tools.call<Request>('POST /v1/auth/mfa/passkey/options', { body: { challenge: signIn.body.challenge } })
      ).body
      expect(options.allowCredentials.map(({ id }) => id)).toEqual([key.credentialId])
      await tools.refused('POST /v1/auth/mfa/passkey/options', 'mfa.challenge_invalid', { body: { challenge: 'x' } })
    },
  ),

  guarantee(
    'browsers can read which other sites may use our passkeys',
    ['GET /.well-known/webauthn'],
    async (tools) => {
      const answer = await tools.call('GET /.well-known/webauthn')
      expect([answer.headers.get('content-type')?.split(';')[0], answer.body]).toEqual([
        'application/json',
        { origins: [] },
      ])
    },
  ),
]
