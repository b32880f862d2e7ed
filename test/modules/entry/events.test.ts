/** Who did it: a form of these pages writes the events that its API route writes, whoever is signed in in that browser. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { call, cookieOf, PASSWORD, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { sealWaiting } from '../../../src/modules/mfa/waiting-sign-in.ts'
import { proofIn } from './support/mails.ts'

const NEW_PASSWORD = 'seven green bottles standing'

let t: TestApp
/** An administrator acts as another person in an organisation of theirs. */
let cookie: string
beforeAll(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
  const { accessToken: admin } = await setUpAdmin(t)
  const { user, accessToken } = await signUp(t, 'x@example.com')
  await call(t, 'POST /v1/orgs', { token: accessToken, body: { name: 'Acme', slug: 'acme' } })
  const acting = await call(t, `POST /v1/users/${user.id}/impersonate`, {
    token: admin,
    headers: { origin: ORIGIN },
    body: { reason: 'help', useCookie: true },
  })
  cookie = cookieOf(acting)
})
afterAll(() => t.close())

interface Row {
  id: string
  type: string
  user_id: string | null
  actor_id: string | null
  acting_for: string | null
  org_id: string | null
  result: string
}

/** What is written meanwhile about a person, without what differs from account to account. */
async function written(email: string, act: () => Promise<unknown>) {
  const rows = () => t.deps.db.all<Row>(sql`SELECT id, type, user_id, actor_id, acting_for, org_id, result FROM events`)
  await t.work()
  const before = new Set((await rows()).map(({ id }) => id))
  await act()
  const after = await rows()
  const [row] = await t.deps.db.all<{ id: string }>(sql`SELECT id FROM users WHERE email = ${email}`)
  const named = (id: string | null) => (id === row?.id ? 'themselves' : id)
  return after
    .filter(({ id }) => !before.has(id))
    .map(({ id: _, user_id, actor_id, ...event }) => ({ ...event, user: named(user_id), actor: named(actor_id) }))
}

type Sent = Record<string, string>
const byForm = (path: string, fields: Sent) =>
  call(t, `POST ${path}`, { cookie, headers: { accept: 'text/html' }, body: new URLSearchParams(fields) })
const byApi = (path: string, body: Sent) =>
  call(t, `POST /v1/auth/${path}`, { headers: { origin: ORIGIN }, body: { ...body } })

const waitingFor = (waiting: Parameters<typeof sealWaiting>[1]) => sealWaiting(t.deps, waiting)
const mailed = async (email: string, how: 'email-code' | 'forgot-password') => {
  await byApi(how, { email })
  return (await proofIn(t, email)).code
}

interface Twin {
  form: (email: string) => Promise<unknown>
  api: (email: string) => Promise<unknown>
  isNew?: true
}

const TWINS: Record<string, Twin> = {
  'a sign-in by password': {
    form: (email) => byForm('/sign-in', { act: 'password', email, password: PASSWORD }),
    api: (email) =>
      call(t, 'POST /v1/auth/sign-in', {
        headers: { origin: ORIGIN },
        body: { email, password: PASSWORD, useCookie: true },
      }),
  },
  'a wrong password': {
    form: (email) => byForm('/sign-in', { act: 'password', email, password: 'wrong' }),
    api: (email) => byApi('sign-in', { email, password: 'wrong' }),
  },
  'a mail with a code': {
    form: (email) => byForm('/sign-in', { also: 'mail', email }),
    api: (email) => byApi('email-code', { email }),
  },
  'a wrong code': {
    form: (email) => byForm('/sign-in?step=code', { act: 'code', email, code: '000000' }),
    api: (email) => byApi('email-code/verify', { email, code: '000000' }),
  },
  'a mail for a new password': {
    form: (email) => byForm('/forgot-password', { act: 'forgot', email }),
    api: (email) => byApi('forgot-password', { email }),
  },
  'a sign-up': {
    isNew: true,
    form: (email) => byForm('/sign-up', { act: 'new', email, password: PASSWORD }),
    api: (email) => byApi('sign-up', { email, password: PASSWORD }),
  },
}

let people = 0
const newEmail = () => `person${++people}@example.com`

test.each(Object.entries(TWINS))('%s', async (_, { form, api, isNew }) => {
  const [byPage, byRoute] = [newEmail(), newEmail()]
  if (!isNew) for (const email of [byPage, byRoute]) await signUp(t, email)
  const found = await written(byPage, () => form(byPage))
  expect(found).toEqual(await written(byRoute, () => api(byRoute)))
  expect(found.length).toBeGreaterThan(0)
})

test('what needs a code', async () => {
  const [byPage, byRoute] = [newEmail(), newEmail()]
  for (const email of [byPage, byRoute]) await signUp(t, email)
  const [code, other] = [await mailed(byPage, 'email-code'), await mailed(byRoute, 'email-code')]
  const signedIn = await written(byPage, () => byForm('/sign-in?step=code', { act: 'code', email: byPage, code }))
  expect(signedIn).toEqual(await written(byRoute, () => byApi('email-code/verify', { email: byRoute, code: other })))

  const [reset, otherReset] = [await mailed(byPage, 'forgot-password'), await mailed(byRoute, 'forgot-password')]
  const waiting = await waitingFor({ for: 'reset', email: byPage })
  const changed = await written(byPage, () =>
    byForm('/forgot-password?step=reset', { act: 'reset', waiting, code: reset, password: NEW_PASSWORD }),
  )
  const twin = await written(byRoute, () =>
    byApi('reset-password', { email: byRoute, code: otherReset, password: NEW_PASSWORD }),
  )
  // The page signs the person in as well.
  expect(changed.slice(0, twin.length)).toEqual(twin)
  expect(changed.slice(twin.length).map(({ type, actor }) => [type, actor])).toEqual([
    ['session.created', 'themselves'],
  ])
})

test('an act of the own session names the person', async () => {
  const email = newEmail()
  await signUp(t, email)
  const own = cookieOf(await byForm('/sign-in', { act: 'password', email, password: PASSWORD }))
  const body = new URLSearchParams({ act: 'fresh', password: 'wrong' })
  const found = await written(email, () =>
    call(t, 'POST /sign-in?step=fresh', { cookie: own, headers: { accept: 'text/html' }, body }),
  )
  expect(found.map(({ type, actor }) => [type, actor])).toEqual([['auth.failed', 'themselves']])
})
