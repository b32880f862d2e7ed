/** What passkeys cost. Apart from the other operations because a passkey takes an authenticator. */
import type { Session } from '../../../src/modules/sessions/session-schema.ts'
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts'
import type { Accounts, Ask } from '../../runtime/round-trips/account.ts'
import type { Operation } from '../../runtime/round-trips/operation.ts'

/** As `APP_URL` of the measured server. */
const ORIGIN = 'http://id.test'
const PASSKEY = '/v1/auth/passkey'

interface Creation {
  challenge: string
  options: { challenge: string; rp: { id: string }; user: { id: string } }
}
interface Request {
  challenge: string
  options: { challenge: string; rpId: string }
}

const post = <T>({ ask }: Accounts, path: string, body: unknown, token?: string, status = 200) =>
  ask<T>({ methodAndPath: `POST ${path}`, body, ...(token === undefined ? {} : { token }) }, status)

async function newCredential(accounts: Accounts, path: string, body: unknown, token?: string) {
  const key = await createAuthenticator({ origin: ORIGIN })
  const { challenge, options } = await post<Creation>(accounts, path, body, token)
  return { key, body: { challenge, credential: await key.create(options) } }
}

/** A user with one passkey and no password. */
async function person(accounts: Accounts) {
  const { key, body } = await newCredential(accounts, `${PASSKEY}/sign-up/options`, { email: accounts.newEmail() })
  const { accessToken: token } = await post<Session>(accounts, `${PASSKEY}/sign-up`, body, undefined, 201)
  return { key, token }
}

async function shown(accounts: Accounts, key: Authenticator, path: string, token?: string, body: unknown = {}) {
  const { challenge, options } = await post<Request>(accounts, path, body, token)
  return { challenge, credential: await key.get(options) }
}

const operation = (
  route: string,
  status: number,
  prepare: (accounts: Accounts) => Promise<Partial<Ask>>,
  how?: string,
): Operation => ({
  route,
  status,
  ...(how === undefined ? {} : { how }),
  prepare: async (accounts) => ({ methodAndPath: route, ...(await prepare(accounts)) }),
})

/** The second of two passkeys: one stays after the removal. */
const ownOne = (route: string, status: number, body?: unknown) =>
  operation(route, status, async (accounts) => {
    const { token } = await person(accounts)
    const more = await newCredential(accounts, '/v1/me/passkeys/options', {}, token)
    const { id } = await post<{ id: string }>(accounts, '/v1/me/passkeys', more.body, token, 201)
    return { methodAndPath: route.replace(':id', id), token, ...(body === undefined ? {} : { body }) }
  })

export const passkeyOperations: readonly Operation[] = [
  operation('POST /v1/auth/passkey/options', 200, async () => ({ body: {} })),
  operation('POST /v1/auth/passkey', 200, async (accounts) => {
    const { key } = await person(accounts)
    return { body: await shown(accounts, key, `${PASSKEY}/options`) }
  }),
  operation('POST /v1/auth/passkey/sign-up/options', 200, async ({ newEmail }) => ({ body: { email: newEmail() } })),
  operation('POST /v1/auth/passkey/sign-up', 201, async (accounts) => ({
    body: (await newCredential(accounts, `${PASSKEY}/sign-up/options`, { email: accounts.newEmail() })).body,
  })),
  operation('GET /v1/me/passkeys', 200, async (accounts) => ({ token: (await person(accounts)).token })),
  operation('POST /v1/me/passkeys/options', 200, async (accounts) => ({
    token: (await person(accounts)).token,
    body: {},
  })),
  operation('POST /v1/me/passkeys', 201, async (accounts) => {
    const { token } = await person(accounts)
    return { token, body: (await newCredential(accounts, '/v1/me/passkeys/options', {}, token)).body }
  }),
  ownOne('PATCH /v1/me/passkeys/:id', 200, { name: 'Phone' }),
  ownOne('DELETE /v1/me/passkeys/:id', 204),
  operation('GET /.well-known/webauthn', 200, async () => ({})),
]

/** Of the second factors: the options for a passkey as one. */
export const secondFactorOperations: readonly Operation[] = [
  operation('POST /v1/auth/mfa/passkey/options', 200, async (accounts) => {
    const { accessToken: token, user } = await accounts.signUp()
    const { body } = await newCredential(accounts, '/v1/me/passkeys/options', {}, token)
    await post(accounts, '/v1/me/passkeys', body, token, 201)
    const asked = { email: user.email, password: 'correct horse battery staple' }
    return { body: { challenge: (await post<{ challenge: string }>(accounts, '/v1/auth/sign-in', asked)).challenge } }
  }),
]

/** Of step-up, by passkey. */
export const stepUpOperations: readonly Operation[] = [
  operation('POST /v1/auth/step-up/passkey/options', 200, async (accounts) => ({
    token: (await person(accounts)).token,
    body: {},
  })),
  operation(
    'POST /v1/auth/step-up',
    200,
    async (accounts) => {
      const { key, token } = await person(accounts)
      return { token, body: await shown(accounts, key, '/v1/auth/step-up/passkey/options', token) }
    },
    'by passkey',
  ),
]
