/** Accounts for bulk actions, written as rows: a sign-up of each would take too long. */
import { type Answer, type Call, call } from '../../../support/client.ts'
import type { TestApp } from '../../../support/test-app.ts'
import type { BulkAction, DryRun } from '../../../../src/modules/bulk-actions/schema.ts'

let made = 0

/** Inserts active accounts with the role `user`. Returns their ids in their order. */
export async function insertPeople(
  { deps }: Pick<TestApp, 'deps'>,
  count: number,
  roles = ['user'],
): Promise<string[]> {
  const now = deps.clock.now()
  const ids = Array.from({ length: count }, () => deps.random.id('usr')).sort()
  const rows = ids.map((id) => ({ id, email: `bulk${++made}@example.com` }))
  await deps.db.$client.batch(
    [
      {
        sql: `INSERT INTO users (id, email, email_key, email_verified, name, status, anonymous, version, trust_epoch, trusted_from, created_at, updated_at)
          SELECT value ->> 'id', value ->> 'email', value ->> 'email', 1, 'Bulk Person', 'active', 0, 1, 0, 0, ?, ? FROM json_each(?)`,
        args: [now, now, JSON.stringify(rows)],
      },
      {
        sql: `INSERT INTO user_roles (user_id, role) SELECT person.value ->> 'id', role.value FROM json_each(?) AS person, json_each(?) AS role`,
        args: [JSON.stringify(rows), JSON.stringify(roles)],
      },
    ],
    'write',
  )
  return ids
}

/** A role of the instance with these permissions. */
export async function insertRole({ deps }: Pick<TestApp, 'deps'>, name: string, permissions: string[]): Promise<void> {
  await deps.db.$client.execute({
    sql: `INSERT INTO custom_roles (id, org_id, name, permissions, mfa_required, created_at, updated_at) VALUES (?, NULL, ?, ?, 0, 0, 0)`,
    args: [`rol_${name}`, name, JSON.stringify(permissions)],
  })
  deps.principals.forgetAll()
}

export type Started = BulkAction & DryRun & { code?: string }

export const bulk = (t: TestApp, token: string, body: unknown, asked: Call = {}): Promise<Answer<Started>> =>
  call<Started>(t, 'POST /v1/bulk-actions', { token, body, ...asked })

export const progressOf = async (t: TestApp, token: string, id: string): Promise<Started> =>
  (await call<Started>(t, `GET /v1/bulk-actions/${id}`, { token })).body

export const query = async <Row>({ deps }: Pick<TestApp, 'deps'>, sql: string, args: (string | number)[] = []) =>
  (await deps.db.$client.execute({ sql, args })).rows as unknown as Row[] // the columns that the caller selects

/** The statuses of accounts, in the order of the ids. A deleted one has none. */
export const statusesOf = async (t: Pick<TestApp, 'deps'>, ids: readonly string[]): Promise<string[]> =>
  (
    await query<{ status: string }>(
      t,
      `SELECT coalesce((SELECT status FROM users WHERE id = value), 'gone') AS status FROM json_each(?) ORDER BY key`,
      [JSON.stringify(ids)],
    )
  ).map(({ status }) => status)

/** How many events of this type name each of the accounts. */
export const eventsOf = async (t: Pick<TestApp, 'deps'>, type: string, ids: readonly string[]): Promise<number[]> =>
  (
    await query<{ n: number }>(
      t,
      `SELECT (SELECT count(*) FROM events WHERE type = ? AND user_id = value) AS n FROM json_each(?) ORDER BY key`,
      [type, JSON.stringify(ids)],
    )
  ).map(({ n }) => n)
