import type { TestApp } from '../../support/test-app.ts'

/** Made by SQL: organisations have routes of their own. Forgets what the process knows. */
export async function sql(t: TestApp, ...statements: string[]): Promise<void> {
  for (const statement of statements) await t.deps.db.$client.execute(statement)
  t.deps.principals.forgetAll()
}

let made = 0
const nextId = (prefix: string): string => `${prefix}_${String(++made).padStart(32, '0')}`

export async function makeOrg(t: TestApp, members: Record<string, readonly string[]>): Promise<string> {
  const id = nextId('org')
  await sql(
    t,
    `INSERT INTO organisations (id, name, slug, settings, version, created_at, updated_at) VALUES ('${id}', 'Acme', 'acme-${made}', '{}', 1, 0, 0)`,
  )
  for (const [userId, roles] of Object.entries(members)) await join(t, id, userId, roles)
  return id
}

export const join = (t: TestApp, orgId: string, userId: string, roles: readonly string[]): Promise<void> =>
  sql(
    t,
    `INSERT OR IGNORE INTO org_members (org_id, user_id, joined_at) VALUES ('${orgId}', '${userId}', 0)`,
    ...roles.map(
      (role) => `INSERT INTO org_member_roles (org_id, user_id, role) VALUES ('${orgId}', '${userId}', '${role}')`,
    ),
  )

const orNull = (text: string | null): string => (text === null ? 'NULL' : `'${text}'`)

export const makeRole = (
  t: TestApp,
  orgId: string | null,
  name: string,
  permissions: readonly string[],
): Promise<void> =>
  sql(
    t,
    `INSERT INTO custom_roles (id, org_id, name, permissions, inherits, mfa_required, created_at, updated_at)
     VALUES ('${nextId('rol')}', ${orNull(orgId)}, '${name}', '${JSON.stringify(permissions)}', NULL, 0, 0, 0)`,
  )

export async function makeRule(
  t: TestApp,
  rule: {
    orgId?: string
    effect: 'allow' | 'deny'
    permissions: readonly string[]
    condition: string
    resourceType?: string
  },
): Promise<string> {
  const id = nextId('pol')
  await sql(
    t,
    `INSERT INTO policies (id, org_id, name, effect, permissions, resource_type, condition, version, created_at, updated_at)
     VALUES ('${id}', ${orNull(rule.orgId ?? null)}, 'rule ${id}', '${rule.effect}', '${JSON.stringify(rule.permissions)}',
     ${orNull(rule.resourceType ?? null)}, '${rule.condition.replaceAll("'", "''")}', 1, 0, 0)`,
  )
  return id
}
