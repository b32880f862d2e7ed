/** What the second factors cost. Apart from the other operations because an app has to be kept. */
import { Secret, TOTP } from 'otpauth'
import { type Accounts, type Ask, PASSWORD } from '../../runtime/round-trips/account.ts'
import { byAdmin, type Operation } from '../../runtime/round-trips/operation.ts'

const TOTP_PATH = '/v1/me/mfa/totp'

/** Codes of the steps from one before now on: each is valid once, and no test waits for the next step. */
function codesOf(secret: string): [string, string, string] {
  const app = new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 })
  const now = Date.now()
  const at = (steps: number) => app.generate({ timestamp: now + steps * 30_000 })
  return [at(-1), at(0), at(1)]
}

async function begun({ ask, signUp }: Accounts) {
  const { accessToken: token, user } = await signUp()
  const { secret } = await ask<{ secret: string }>({ methodAndPath: `POST ${TOTP_PATH}`, token }, 201)
  return { token, user, codes: codesOf(secret) }
}

async function person(accounts: Accounts) {
  const { token, user, codes } = await begun(accounts)
  const confirm = { methodAndPath: `POST ${TOTP_PATH}/confirm`, token, body: { code: codes[0] } }
  const { recoveryCodes } = await accounts.ask<{ recoveryCodes: string[] }>(confirm, 200)
  return { token, user, codes, recoveryCodes }
}

type Person = Awaited<ReturnType<typeof person>>

const signIn = ({ user }: Person): Ask => ({
  methodAndPath: 'POST /v1/auth/sign-in',
  body: { email: user.email, password: PASSWORD },
})

async function answer(accounts: Accounts, one: Person, factor: 'totp' | 'recovery_code'): Promise<Ask> {
  const { challenge } = await accounts.ask<{ challenge: string }>(signIn(one), 200)
  const code = factor === 'totp' ? one.codes[1] : one.recoveryCodes[0]
  return { methodAndPath: 'POST /v1/auth/mfa/verify', body: { challenge, factor, code, rememberDevice: true } }
}

const byPerson = (route: string, status: number, body?: (one: Person) => unknown): Operation => ({
  route,
  status,
  async prepare(accounts) {
    const one = await person(accounts)
    return { methodAndPath: route, token: one.token, ...(body ? { body: body(one) } : {}) }
  },
})

export const mfaOperations: readonly Operation[] = [
  {
    route: 'POST /v1/auth/sign-in',
    how: 'of who has an authenticator app',
    status: 200,
    prepare: async (accounts) => signIn(await person(accounts)),
  },
  {
    route: 'POST /v1/auth/mfa/verify',
    how: 'by a code of the app',
    status: 200,
    prepare: async (accounts) => answer(accounts, await person(accounts), 'totp'),
  },
  {
    route: 'POST /v1/auth/mfa/verify',
    how: 'by a recovery code',
    status: 200,
    prepare: async (accounts) => answer(accounts, await person(accounts), 'recovery_code'),
  },
  {
    ...byPerson('POST /v1/auth/step-up', 200, ({ codes }) => ({ factor: 'totp', code: codes[1] })),
    how: 'by a code of the app',
  },
  byPerson('GET /v1/me/mfa', 200),
  {
    route: `POST ${TOTP_PATH}`,
    status: 201,
    prepare: async ({ signUp }) => ({ methodAndPath: `POST ${TOTP_PATH}`, token: (await signUp()).accessToken }),
  },
  {
    route: `POST ${TOTP_PATH}/confirm`,
    status: 200,
    async prepare(accounts) {
      const { token, codes } = await begun(accounts)
      return { methodAndPath: `POST ${TOTP_PATH}/confirm`, token, body: { code: codes[0] } }
    },
  },
  byPerson(`DELETE ${TOTP_PATH}`, 204),
  byPerson('POST /v1/me/mfa/recovery-codes', 200),
  byPerson('GET /v1/me/mfa/devices', 200),
  byPerson('DELETE /v1/me/mfa/devices', 204),
  {
    route: 'DELETE /v1/me/mfa/devices/:id',
    status: 204,
    async prepare(accounts) {
      const one = await person(accounts)
      await accounts.ask(await answer(accounts, one, 'totp'), 200)
      const listed = { methodAndPath: 'GET /v1/me/mfa/devices', token: one.token }
      const { items } = await accounts.ask<{ items: { id: string }[] }>(listed, 200)
      return { methodAndPath: `DELETE /v1/me/mfa/devices/${items[0]?.id}`, token: one.token }
    },
  },
  byAdmin('GET /v1/users/:id/mfa', 200),
  {
    route: 'DELETE /v1/users/:id/mfa',
    status: 204,
    async prepare(accounts) {
      const { user } = await person(accounts)
      return { methodAndPath: `DELETE /v1/users/${user.id}/mfa`, token: await accounts.admin() }
    },
  },
]
