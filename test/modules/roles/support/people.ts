/** People with roles, and organisations, for tests of authorization. */
import { expect } from 'bun:test'
import { call, type Session, signUp } from '../../../support/client.ts'
import type { TestApp } from '../../../support/test-app.ts'

export interface Person extends Session {
  token: string
}

let people = 0

/** A person with these roles of the instance, given by the operator of the test. */
export async function person(t: TestApp, roles: readonly string[] = ['user']): Promise<Person> {
  const session = await signUp(t, `person${++people}@example.com`)
  await setRoles(t, session.user.id, roles)
  return { ...session, token: session.accessToken }
}

export async function setRoles(t: TestApp, userId: string, roles: readonly string[]): Promise<void> {
  const { $client } = t.deps.db
  await $client.execute({ sql: 'DELETE FROM user_roles WHERE user_id = ?', args: [userId] })
  for (const role of roles)
    await $client.execute({ sql: 'INSERT INTO user_roles (user_id, role) VALUES (?, ?)', args: [userId, role] })
  t.deps.principals.forgetAll()
}

/** The id of a new organisation with these members. */
export async function organisation(t: TestApp, members: readonly [Session, ...string[]][]): Promise<string> {
  const id = t.deps.random.id('org')
  const now = t.deps.clock.now()
  const { $client } = t.deps.db
  await $client.execute({
    sql: "INSERT INTO organisations (id, name, slug, settings, version, created_at, updated_at) VALUES (?, 'Acme', ?, '{}', 1, ?, ?)",
    args: [id, id.replace('_', '-'), now, now],
  })
  for (const [member, ...roles] of members) await join(t, id, member, roles)
  return id
}

export async function join(t: TestApp, orgId: string, { user }: Session, roles: readonly string[]): Promise<void> {
  const { $client } = t.deps.db
  await $client.execute({
    sql: 'INSERT INTO org_members (org_id, user_id, joined_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    args: [orgId, user.id, t.deps.clock.now()],
  })
  for (const role of roles)
    await $client.execute({
      sql: 'INSERT INTO org_member_roles (org_id, user_id, role) VALUES (?, ?, ?)',
      args: [orgId, user.id, role],
    })
  t.deps.principals.forgetAll()
}

/** Sends a request, expects this status, and returns the body. */
export async function expectStatus<T = Record<string, unknown>>(
  t: TestApp,
  status: number,
  methodAndPath: string,
  { token }: { token: string },
  body?: unknown,
): Promise<T> {
  const answer = await call<T>(t, methodAndPath, { token, ...(body === undefined ? {} : { body }) })
  expect(answer.status, `${methodAndPath} ${answer.text}`).toBe(status)
  return answer.body
}

/** The same for a problem with this code. */
export async function expectRefused(
  t: TestApp,
  status: number,
  code: string,
  methodAndPath: string,
  by: { token: string },
  body?: unknown,
): Promise<{ code: string; errors?: { path: string; message: string }[] }> {
  const refused = await expectStatus<{ code: string }>(t, status, methodAndPath, by, body)
  expect(refused.code, methodAndPath).toBe(code)
  return refused
}

export async function rows(
  t: TestApp,
  sql: string,
  args: (string | number)[] = [],
): Promise<Record<string, unknown>[]> {
  const read = await t.deps.db.$client.execute({ sql, args })
  return read.rows.map((row) => ({ ...row }))
}
