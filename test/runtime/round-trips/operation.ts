/** An operation, ready for one request of a client that is new to the server: the highest cost. And the usual request. */
import type { Accounts, Ask } from './account.ts'

export interface Operation {
  /** `POST /v1/users/:id/disable` */
  route: string
  /** What is special about this way of asking it. */
  how?: string
  status: number
  /** Makes the caller and the target of the request. Their cost does not count. */
  prepare: (accounts: Accounts) => Promise<Ask> | Ask
}

export const NEW_PASSWORD = 'another horse battery staple'

/** The issuer of the measured server, without which it takes no set-up token. */
export const APP_URL = 'http://id.test'

export const plain = (route: string, path = route, status = 200): Operation => ({
  route,
  status,
  prepare: () => ({ methodAndPath: path }),
})

/** Asked by a user in a session of their own. */
export const byUser = (route: string, status: number, ask: Partial<Ask> = {}): Operation => ({
  route,
  status,
  prepare: async ({ signUp }) => ({ methodAndPath: route, token: (await signUp()).accessToken, ...ask }),
})

/** Asked by an administrator; `:id` is a new user. */
export const byAdmin = (
  route: string,
  status: number,
  { how, ...ask }: Partial<Ask> & { how?: string } = {},
): Operation => ({
  route,
  ...(how === undefined ? {} : { how }),
  status,
  async prepare({ signUp, admin }) {
    const methodAndPath = route.includes(':id') ? route.replace(':id', (await signUp()).user.id) : route
    return { methodAndPath, token: await admin(), ...ask }
  },
})

/** Asked by the owner of a new organisation, which is `:id`; `:userId` is the owner. */
export const inOwnOrg = (route: string, status: number, ask: Partial<Ask> = {}): Operation => ({
  route,
  status,
  async prepare({ signUp, ask: send }) {
    const { accessToken: token, user } = await signUp()
    const { id } = await send<{ id: string }>({ methodAndPath: 'POST /v1/orgs', token, body: { name: 'Acme' } }, 201)
    return { methodAndPath: route.replace(':id', id).replace(':userId', user.id), token, ...ask }
  },
})

/** Asks for a mail to a user who has an account. */
export const mailed = (route: string): Operation => ({
  route,
  status: 202,
  prepare: async ({ signUp }) => ({ methodAndPath: route, body: { email: (await signUp()).user.email } }),
})

/** Redeems the link of a mail that `request` sent, or its code. */
export const redeemed = (
  route: string,
  request: string,
  { by, ...more }: { by: 'link' | 'code'; password?: string },
): Operation => ({
  route,
  how: `by ${by}`,
  status: 200,
  async prepare({ signUp, proof }) {
    const { email } = (await signUp()).user
    const { token, code } = await proof({ methodAndPath: request, body: { email } })
    return { methodAndPath: route, body: { ...(by === 'link' ? { token } : { email, code }), ...more } }
  },
})

/** A session of a user who may link: with a verified address. */
export async function verified({ ask, signUp, proof }: Accounts): Promise<{ email: string; token: string }> {
  const { user, accessToken } = await signUp()
  const { token } = await proof({ methodAndPath: 'POST /v1/auth/verify-email/resend', body: { email: user.email } })
  await ask({ methodAndPath: 'POST /v1/auth/verify-email', body: { token } }, 200)
  return { email: user.email, token: accessToken }
}

let subjects = 0
/** A subject that no provider has named yet. */
export const newSubject = () => `person-elsewhere-${++subjects}`
