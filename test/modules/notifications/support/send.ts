import { expect } from 'bun:test'
import type { Notification, Preferences, SentNotification } from '../../../../src/modules/notifications/schema.ts'
import { type Answer, call, type Session, signUp } from '../../../support/client.ts'
import type { TestApp } from '../../../support/test-app.ts'

export type { Notification, Preferences, SentNotification }

export interface OwnPage {
  items: Notification[]
  nextCursor: string | null
  unreadCount: number
}

let people = 0
/** A new person. */
export const person = (t: TestApp): Promise<Session> => signUp(t, `notified${++people}@example.com`)

/** What was sent, or the code of the refusal. */
type Asked = SentNotification & { code?: string }

/** The answer, whatever it is. */
export const ask = (
  t: TestApp,
  token: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Answer<Asked>> =>
  call<Asked>(t, 'POST /v1/notifications', { token, body: { title: 'Hello', ...body }, headers })

export async function send(t: TestApp, token: string, body: object): Promise<SentNotification> {
  const answer = await ask(t, token, body)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

/** A page of the list of a person. */
export async function listOf(t: TestApp, { accessToken: token }: Session, query = ''): Promise<OwnPage> {
  const answer = await call<OwnPage>(t, `GET /v1/me/notifications${query}`, { token })
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

export const titlesOf = async (t: TestApp, session: Session): Promise<string[]> =>
  (await listOf(t, session, '?limit=100')).items.map(({ title }) => title)

export async function choose(t: TestApp, { accessToken: token }: Session, body: object): Promise<Preferences> {
  const answer = await call<Preferences>(t, 'PATCH /v1/me/notifications/preferences', { token, body })
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

/** As the sender sees it now. */
export const sentAs = async (t: TestApp, token: string, id: string): Promise<SentNotification> =>
  (await call<SentNotification>(t, `GET /v1/notifications/${id}`, { token })).body

/** Accounts with the role `user`, written into the database: a request for each would take minutes. Returns their ids, in order. */
export async function insertPeople(t: TestApp, count: number, orgId?: string): Promise<string[]> {
  const ids = Array.from({ length: count }, () => t.deps.random.id('usr'))
  const statement = (sql: string) => ({ sql, args: [JSON.stringify(ids)] })
  await t.deps.db.$client.batch(
    [
      statement(
        `INSERT INTO users (id, email, email_key, email_verified, name, status, version, created_at, updated_at)
          SELECT value, value || '@example.com', value || '@example.com', 1, 'Person', 'active', 1, 0, 0 FROM json_each(?)`,
      ),
      statement("INSERT INTO user_roles (user_id, role) SELECT value, 'user' FROM json_each(?)"),
      ...(orgId === undefined
        ? []
        : [
            statement(
              `INSERT INTO org_members (org_id, user_id, joined_at) SELECT '${orgId}', value, 0 FROM json_each(?)`,
            ),
            statement(
              `INSERT INTO org_member_roles (org_id, user_id, role) SELECT '${orgId}', value, 'member' FROM json_each(?)`,
            ),
          ]),
    ],
    'write',
  )
  return ids
}
