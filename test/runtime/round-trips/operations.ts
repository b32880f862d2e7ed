/** Every operation, ready to be asked once by somebody the server has never seen: the most it costs. */
import { decodeJwt } from 'jose'
import { createTickets } from '../../../src/platform/tickets.ts'
import { APP_SECRET } from '../servers/runtime-server.ts'
import { type Accounts, ADMIN_EMAIL, type Ask, PASSWORD } from './account.ts'
import { mfaOperations } from './mfa-operations.ts'
import { passkeyOperations } from './passkey-operations.ts'

export interface Operation {
  /** `POST /v1/users/:id/disable` */
  route: string
  /** What is special about this way of asking it. */
  how?: string
  status: number
  /** Makes whom it is asked by and of; what that costs does not count. */
  prepare: (accounts: Accounts) => Promise<Ask> | Ask
}

const NEW_PASSWORD = 'another horse battery staple'

/** The issuer of the measured server, without which it takes no set-up token. */
export const APP_URL = 'http://id.test'

const plain = (route: string, path = route, status = 200): Operation => ({
  route,
  status,
  prepare: () => ({ methodAndPath: path }),
})

/** Asked by a user in a session of their own. */
const byUser = (route: string, status: number, ask: Partial<Ask> = {}): Operation => ({
  route,
  status,
  prepare: async ({ signUp }) => ({ methodAndPath: route, token: (await signUp()).accessToken, ...ask }),
})

/** Asked by an administrator; `:id` is a new user. */
const byAdmin = (route: string, status: number, { how, ...ask }: Partial<Ask> & { how?: string } = {}): Operation => ({
  route,
  ...(how === undefined ? {} : { how }),
  status,
  async prepare({ signUp, admin }) {
    const methodAndPath = route.includes(':id') ? route.replace(':id', (await signUp()).user.id) : route
    return { methodAndPath, token: await admin(), ...ask }
  },
})

const signIn = (how: string | undefined, password: string, status: number): Operation => ({
  route: 'POST /v1/auth/sign-in',
  ...(how === undefined ? {} : { how }),
  status,
  async prepare({ signUp }) {
    const { email } = (await signUp()).user
    return { methodAndPath: 'POST /v1/auth/sign-in', body: { email, password } }
  },
})

/** Asks for a mail to somebody who has an account. */
const mailed = (route: string): Operation => ({
  route,
  status: 202,
  prepare: async ({ signUp }) => ({ methodAndPath: route, body: { email: (await signUp()).user.email } }),
})

/** Redeems the link of a mail that `request` sent, or its code. */
const redeemed = (
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

/** Asked by an administrator, of a mail that waits: nothing sends it here. */
const ofJob = (route: string): Operation => ({
  route,
  status: 200,
  async prepare({ ask, signUp, admin }) {
    const { user } = await signUp()
    const listed = { methodAndPath: `GET /v1/jobs?state=pending&userId=${user.id}`, token: await admin() }
    const { items } = await ask<{ items: { id: string }[] }>(listed, 200)
    return { methodAndPath: route.replace(':id', items[0]?.id ?? 'no job'), token: await admin() }
  },
})

let subjects = 0
/** Somebody no provider has named yet. */
const newSubject = () => `person-elsewhere-${++subjects}`

/** A sign-in with another provider, up to its callback. */
const fromElsewhere = (how: string, ask: (accounts: Accounts) => Promise<Ask>): Operation => ({
  route: 'GET /v1/auth/providers/:id/callback',
  how,
  status: 302,
  prepare: ask,
})

/** A session of somebody who may link: with a verified address. */
async function verified({ ask, signUp, proof }: Accounts): Promise<{ email: string; token: string }> {
  const { user, accessToken } = await signUp()
  const { token } = await proof({ methodAndPath: 'POST /v1/auth/verify-email/resend', body: { email: user.email } })
  await ask({ methodAndPath: 'POST /v1/auth/verify-email', body: { token } }, 200)
  return { email: user.email, token: accessToken }
}

const elsewhere: readonly Operation[] = [
  plain('GET /v1/auth/providers'),
  plain('GET /v1/auth/providers/:id/start', 'GET /v1/auth/providers/acme/start', 302),
  fromElsewhere('for the first time', ({ comeBack }) => comeBack(newSubject())),
  fromElsewhere('from then on', async ({ ask, comeBack }) => {
    const subject = newSubject()
    await ask(await comeBack(subject), 302)
    return comeBack(subject)
  }),
  fromElsewhere('to link', async (accounts) => accounts.comeBack(newSubject(), (await verified(accounts)).token)),
  {
    route: 'POST /v1/auth/providers/:id/callback',
    status: 404,
    prepare: () => ({ methodAndPath: 'POST /v1/auth/providers/acme/callback' }),
  },
  byUser('GET /v1/me/identities', 200),
  byUser('POST /v1/me/identities/:provider/start', 200, { methodAndPath: 'POST /v1/me/identities/acme/start' }),
  {
    route: 'DELETE /v1/me/identities/:id',
    status: 204,
    async prepare(accounts) {
      const { email, token } = await verified(accounts)
      await accounts.ask(await accounts.comeBack(newSubject(), token), 302)
      const list = { methodAndPath: 'GET /v1/me/identities', token }
      const { items } = await accounts.ask<{ items: { id: string }[] }>(list, 200)
      // In a session that no cache knows.
      const signIn = { methodAndPath: 'POST /v1/auth/sign-in', body: { email, password: PASSWORD } }
      const { accessToken } = await accounts.ask<{ accessToken: string }>(signIn, 200)
      return { methodAndPath: `DELETE /v1/me/identities/${items[0]?.id}`, token: accessToken }
    },
  },
]

/** Sent once already, under its key. */
const replayed: Operation = {
  route: 'POST /v1/users',
  how: 'sent again under its `Idempotency-Key`',
  status: 201,
  async prepare({ ask, admin, newEmail }) {
    const email = newEmail()
    const body = { email }
    const sent = { methodAndPath: 'POST /v1/users', headers: { 'idempotency-key': `key-${email}` }, body }
    await ask({ ...sent, token: await admin() }, 201)
    return { ...sent, token: await admin() }
  },
}

/** First, and once: from then on there is an administrator. */
export const setUp: Operation = {
  route: 'POST /v1/setup',
  status: 201,
  async prepare() {
    const tickets = createTickets(APP_SECRET, APP_URL, { now: () => Date.now() })
    const token = await tickets.sign('setup', {}, 3600)
    return { methodAndPath: 'POST /v1/setup', body: { token, email: ADMIN_EMAIL, password: PASSWORD, name: 'Admin' } }
  },
}

/** In the order of the table. Any of them may be asked any number of times. */
export const operations: readonly Operation[] = [
  {
    route: 'POST /v1/auth/sign-up',
    status: 201,
    prepare: ({ newEmail }) => ({
      methodAndPath: 'POST /v1/auth/sign-up',
      body: { email: newEmail(), password: PASSWORD },
    }),
  },
  {
    route: 'POST /v1/auth/anonymous',
    status: 201,
    prepare: () => ({ methodAndPath: 'POST /v1/auth/anonymous', body: {} }),
  },
  signIn(undefined, PASSWORD, 200),
  signIn('with a wrong password', `${PASSWORD}!`, 401),
  {
    route: 'POST /v1/auth/refresh',
    status: 200,
    prepare: async ({ signUp }) => ({
      methodAndPath: 'POST /v1/auth/refresh',
      body: { refreshToken: (await signUp()).refreshToken },
    }),
  },
  byUser('POST /v1/auth/sign-out', 204),
  byUser('POST /v1/auth/step-up', 200, { body: { password: PASSWORD } }),
  mailed('POST /v1/auth/verify-email/resend'),
  redeemed('POST /v1/auth/verify-email', 'POST /v1/auth/verify-email/resend', { by: 'link' }),
  redeemed('POST /v1/auth/verify-email', 'POST /v1/auth/verify-email/resend', { by: 'code' }),
  mailed('POST /v1/auth/forgot-password'),
  redeemed('POST /v1/auth/reset-password', 'POST /v1/auth/forgot-password', { by: 'link', password: NEW_PASSWORD }),
  redeemed('POST /v1/auth/reset-password', 'POST /v1/auth/forgot-password', { by: 'code', password: NEW_PASSWORD }),
  mailed('POST /v1/auth/email-code'),
  redeemed('POST /v1/auth/email-code/verify', 'POST /v1/auth/email-code', { by: 'link' }),
  redeemed('POST /v1/auth/email-code/verify', 'POST /v1/auth/email-code', { by: 'code' }),
  ...elsewhere,
  ...mfaOperations,
  ...passkeyOperations,
  byUser('GET /v1/me', 200),
  byUser('PATCH /v1/me', 200, { body: { name: 'Ada' } }),
  {
    route: 'POST /v1/me/email',
    status: 202,
    prepare: async ({ signUp, newEmail }) => ({
      methodAndPath: 'POST /v1/me/email',
      token: (await signUp()).accessToken,
      body: { email: newEmail() },
    }),
  },
  {
    route: 'POST /v1/me/upgrade',
    status: 200,
    async prepare({ ask, newEmail }) {
      const signUp = { methodAndPath: 'POST /v1/auth/anonymous', body: {} }
      const { accessToken: token } = await ask<{ accessToken: string }>(signUp, 201)
      return { methodAndPath: 'POST /v1/me/upgrade', token, body: { email: newEmail(), password: PASSWORD } }
    },
  },
  byUser('GET /v1/me/export', 200),
  byUser('DELETE /v1/me', 204),
  byUser('POST /v1/me/password', 204, {
    body: { currentPassword: PASSWORD, newPassword: 'an entirely different phrase' },
  }),
  byUser('GET /v1/me/sessions', 200),
  byUser('DELETE /v1/me/sessions', 204),
  {
    route: 'DELETE /v1/me/sessions/:id',
    status: 204,
    async prepare({ signUp }) {
      const { accessToken: token } = await signUp()
      return { methodAndPath: `DELETE /v1/me/sessions/${decodeJwt<{ sid: string }>(token).sid}`, token }
    },
  },
  byAdmin('GET /v1/users', 200, { methodAndPath: 'GET /v1/users?q=person&sort=email' }),
  {
    route: 'POST /v1/users',
    status: 201,
    prepare: async ({ admin, newEmail }) => ({
      methodAndPath: 'POST /v1/users',
      token: await admin(),
      body: { email: newEmail() },
    }),
  },
  replayed,
  {
    route: 'POST /v1/users/import',
    how: 'of 1000 users',
    status: 200,
    async prepare({ admin, newEmail }) {
      const users = Array.from({ length: 1000 }, () => ({ email: newEmail() }))
      return { methodAndPath: 'POST /v1/users/import', token: await admin(), body: { users } }
    },
  },
  byAdmin('GET /v1/users/:id', 200),
  byAdmin('PATCH /v1/users/:id', 200, { body: { name: 'Ada', roles: ['admin', 'user'] } }),
  byAdmin('PATCH /v1/users/:id', 200, { how: 'with a new address', body: { email: 'moved@example.com' } }),
  byAdmin('DELETE /v1/users/:id', 204),
  byAdmin('POST /v1/users/:id/disable', 200),
  byAdmin('POST /v1/users/:id/enable', 200),
  byAdmin('GET /v1/users/:id/sessions', 200),
  byAdmin('DELETE /v1/users/:id/sessions', 204),
  byAdmin('GET /v1/audit-events', 200),
  byAdmin('GET /v1/jobs', 200),
  ofJob('POST /v1/jobs/:id/retry'),
  ofJob('POST /v1/jobs/:id/discard'),
  plain('GET /livez'),
  plain('GET /readyz'),
  plain('GET /.well-known/jwks.json'),
  plain('GET /openapi.json'),
  plain('GET /docs'),
  plain('GET /docs/errors'),
  plain('GET /docs/assets/:name', 'GET /docs/assets/docs.css'),
  plain('GET /verify-email'),
  plain('GET /confirm-email'),
  plain('GET /reset-password'),
  plain('GET /sign-in'),
  plain('GET /pages/assets/:name', 'GET /pages/assets/pages.js'),
]
