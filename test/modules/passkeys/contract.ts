import { call } from '../../support/client.ts'
import { passkeys } from '../../../db/tables/index.ts'
import { base64url, utf8 } from '../../../src/lib/encoding.ts'
import { createAuthenticator } from '../../support/authenticator.ts'
import { AT, type Asked, defineContract } from '../../support/contract.ts'
import { passkeyOperations } from './round-trips.ts'
import { passkeyCases } from './runtime-cases.ts'
import { registerOptions, signInOptions, signInWithPasskey, signUpOptions } from './support/people.ts'

export const contract = defineContract({
  access: {
    'GET /.well-known/webauthn': 'public',
    'POST /v1/auth/passkey/options': 'public', // asks nothing and stores nothing
    'POST /v1/auth/passkey': 'public',
    'POST /v1/auth/passkey/sign-up/options': 'public',
    'POST /v1/auth/passkey/sign-up': 'public',
    // The first three also for a user who must have a second factor and has not added one.
    'GET /v1/me/passkeys': 'any-session',
    'POST /v1/me/passkeys/options': 'fresh-any-session',
    'POST /v1/me/passkeys': 'fresh-any-session',
    'PATCH /v1/me/passkeys/:id': 'session', // of the own account, otherwise 404
    'DELETE /v1/me/passkeys/:id': 'fresh-session',
  },
  swappedIds: async (t, { user }) => {
    const id = t.deps.random.id('pky')
    await t.deps.db.insert(passkeys).values({
      id,
      userId: user.id,
      credentialId: 'swapped',
      publicKey: 'swapped',
      signCount: 0,
      transports: [],
      aaguid: '',
      backedUp: false,
      name: 'Swapped',
      createdAt: t.clock.now(),
    })
    return { 'PATCH /v1/me/passkeys/:id': id, 'DELETE /v1/me/passkeys/:id': id }
  },
  writes: {
    budget: {
      'GET /.well-known/webauthn': 0,
      'POST /v1/auth/passkey/options': 0, // autofill asks whenever a page is loaded
      'POST /v1/auth/passkey': 2,
      'POST /v1/auth/passkey/sign-up/options': 0,
      'POST /v1/auth/passkey/sign-up': 1,
      'GET /v1/me/passkeys': 2,
      'POST /v1/me/passkeys/options': 2,
      'POST /v1/me/passkeys': 2,
      'PATCH /v1/me/passkeys/:id': 2,
      'DELETE /v1/me/passkeys/:id': 2,
    },
    ask: askPasskeys,
  },
  roundTrips: passkeyOperations,
  runtime: passkeyCases,
  mails: {
    'passkey-added': { passkey: 'Chrome on Linux', at: AT },
    'passkey-removed': { at: AT },
    'passkey-flagged': { passkey: 'Chrome on Linux', at: AT },
  },
})

/** Sign-up, sign-in with a passkey, then a second passkey is added, renamed and removed. */
async function askPasskeys({ t, pay }: Asked): Promise<void> {
  await pay('GET /.well-known/webauthn', '/.well-known/webauthn')
  const started = { email: 'passkey@example.com' }
  await pay('POST /v1/auth/passkey/sign-up/options', '/v1/auth/passkey/sign-up/options', { body: started })
  const key = await createAuthenticator()
  for (const status of [201, 409]) {
    const { challenge, options } = await signUpOptions(t, started.email)
    const body = { challenge, credential: await (status === 201 ? key : await createAuthenticator()).create(options) }
    await pay('POST /v1/auth/passkey/sign-up', '/v1/auth/passkey/sign-up', { body }, status)
  }
  key.userHandle = base64url(utf8((await signInWithPasskey(t, key, {})).body.user.id))
  await pay('POST /v1/auth/passkey/options', '/v1/auth/passkey/options', { body: {} })
  for (const [lies, status] of [
    [{}, 200],
    [{ origin: 'https://evil.example' }, 401],
    [{ counter: 1 }, 401],
  ] as const) {
    const { challenge, options } = await signInOptions(t)
    const body = { challenge, credential: await key.get(options, lies) }
    await pay('POST /v1/auth/passkey', '/v1/auth/passkey', { body }, status)
  }
  const { accessToken: token } = (await signInWithPasskey(t, key)).body
  await pay('POST /v1/me/passkeys/options', '/v1/me/passkeys/options', { token, body: {} })
  const more = await registerOptions(t, token)
  const credential = await (await createAuthenticator()).create(more.options)
  await pay('POST /v1/me/passkeys', '/v1/me/passkeys', { token, body: { challenge: more.challenge, credential } }, 201)
  await pay('GET /v1/me/passkeys', '/v1/me/passkeys', { token })
  const { items } = (await call<{ items: { id: string }[] }>(t, 'GET /v1/me/passkeys', { token })).body
  const [one, two] = items.map(({ id }) => `/v1/me/passkeys/${id}`)
  await pay('PATCH /v1/me/passkeys/:id', `${one}`, { token, body: { name: 'Phone' } })
  for (const [path, status] of [
    [two, 204],
    [two, 404],
    [one, 409],
  ] as const)
    await pay('DELETE /v1/me/passkeys/:id', `${path}`, { token }, status)
}
