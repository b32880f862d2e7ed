/** Organisations, roles and memberships go out of one server and into another, and nothing is there twice. */
import { afterAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemCause } from '../../../src/core/events/new-event.ts'
import { exportOrgs } from '../../../src/modules/orgs/export-orgs.ts'
import { importOrgs } from '../../../src/modules/orgs/import-orgs.ts'
import { importUsers } from '../../../src/modules/users/import-users.ts'
import { runCli } from '../../cli/support/in-process.ts'
import { cleanUp, environment, newFolder, run, start } from '../../process/support/server.ts'
import { call, signIn } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

afterAll(cleanUp)

const hash = await Bun.password.hash('the old password', { algorithm: 'bcrypt', cost: 4 })
const person = (name: string) => ({ email: `${name}@example.com`, emailVerified: true, passwordHash: hash })
const AT = '2020-01-02T03:04:05.000Z'

const whole = [
  { kind: 'org', slug: 'acme', name: '=Acme "Inc", 1', settings: { mfaRequired: false }, createdAt: AT },
  { kind: 'org', slug: 'globex', name: "'=Globex", createdAt: AT },
  { kind: 'role', name: 'support', permissions: ['users:read'], mfaRequired: false, createdAt: AT },
  { kind: 'role', org: 'acme', name: 'reader', permissions: ['orgs:read'], mfaRequired: true, createdAt: AT },
  { kind: 'role', org: 'acme', name: 'writer', permissions: [], inherits: 'reader', mfaRequired: false, createdAt: AT },
  { kind: 'membership', org: 'acme', email: 'ada@example.com', roles: ['owner'], joinedAt: AT },
  { kind: 'membership', org: 'acme', email: 'grace@example.com', roles: ['reader', 'writer'], joinedAt: AT },
  { kind: 'membership', org: 'globex', email: 'ada@example.com', roles: [], joinedAt: AT },
]

async function withPeople(work: (t: TestApp) => Promise<void>) {
  const t = await createTestApp({ env: { RATE_LIMIT: 'off' } })
  await importUsers(t.deps, systemCause, [person('ada'), person('grace')])
  await work(t).finally(() => t.close())
}
const statuses = (items: readonly { status: string }[]) => items.map(({ status }) => status)
const count = async (t: TestApp, table: string) =>
  Number((await t.deps.db.$client.execute(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n)

describe('a batch', () => {
  test('creates each once, and its people have their roles at once', () =>
    withPeople(async (t) => {
      const { accessToken: token } = await signIn(t, 'ada@example.com', 'the old password')
      const before = await call<{ items: unknown[] }>(t, 'GET /v1/me/orgs', { token })
      expect(before.body.items).toEqual([])
      expect(statuses(await importOrgs(t.deps, whole))).toEqual(whole.map(() => 'created'))
      const after = await call<{ items: { org: { slug: string; id: string }; roles: string[] }[] }>(
        t,
        'GET /v1/me/orgs',
        { token },
      )
      expect(after.body.items.map(({ org, roles }) => [org.slug, roles]).toSorted()).toEqual([
        ['acme', ['owner']],
        ['globex', []],
      ])
      const acme = after.body.items.find(({ org }) => org.slug === 'acme')?.org.id
      expect((await call(t, `GET /v1/orgs/${acme}`, { token })).status).toBe(200)

      const numbers = async () =>
        Promise.all(
          ['organisations', 'custom_roles', 'org_members', 'org_member_roles', 'events'].map((table) =>
            count(t, table),
          ),
        )
      const first = await numbers()
      expect(first.slice(0, 4)).toEqual([2, 3, 3, 3])
      expect(statuses(await importOrgs(t.deps, whole))).toEqual(whole.map(() => 'exists'))
      expect(await numbers()).toEqual(first)
      const { rows } = await t.deps.db.$client.execute(
        "SELECT type, count(*) AS n, count(org_id) AS o FROM events WHERE type LIKE 'org.%' GROUP BY type ORDER BY type",
      )
      expect(rows.map(({ type, n, o }) => [type, n, o])).toEqual([
        ['org.imported', 2, 2],
        ['org.member_imported', 3, 3],
        ['org.role_imported', 3, 2],
      ])
    }))

  test('a role of the instance keeps its requirement of a second factor, in the import and in the export', () =>
    withPeople(async (t) => {
      const roles = [
        { kind: 'role', name: 'guarded', permissions: ['users:read'], mfaRequired: true, createdAt: AT },
        { kind: 'role', name: 'open', permissions: ['users:read'], mfaRequired: false, createdAt: AT },
      ]
      expect(statuses(await importOrgs(t.deps, roles))).toEqual(['created', 'created'])
      let text = ''
      for await (const piece of exportOrgs(t.deps, 'ndjson')) text += piece
      expect(
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
      ).toEqual(roles)
      const { accessToken: token, user } = await signIn(t, 'ada@example.com', 'the old password')
      const give = (role: string) =>
        t.deps.db.$client.execute(`INSERT INTO user_roles (user_id, role) VALUES ('${user.id}', '${role}')`)
      for (const [role, status] of [
        ['open', 200],
        ['guarded', 403],
      ] as const) {
        await give(role)
        t.deps.principals.forgetAll()
        expect((await call(t, 'GET /v1/users', { token })).status).toBe(status)
      }
    }))

  test('twice at once makes each once', () =>
    withPeople(async (t) => {
      const both = await Promise.all([importOrgs(t.deps, whole), importOrgs(t.deps, [...whole, ...whole])])
      expect(both.flatMap(statuses).filter((status) => status === 'created')).toHaveLength(whole.length)
      expect(await count(t, 'org_members')).toBe(3)
      expect(await count(t, 'org_member_roles')).toBe(3)
    }))

  test('changes nothing that exists: roles are not given to a member again', () =>
    withPeople(async (t) => {
      await importOrgs(t.deps, whole)
      const items = await importOrgs(t.deps, [
        { kind: 'org', slug: 'acme', name: 'Stolen', settings: { mfaRequired: true } },
        { kind: 'role', org: 'acme', name: 'reader', permissions: ['orgs:delete'] },
        { kind: 'membership', org: 'acme', email: 'GRACE@example.com', roles: ['owner'] },
      ])
      expect(statuses(items)).toEqual(['exists', 'exists', 'exists'])
      const { rows } = await t.deps.db.$client.execute(
        "SELECT name, settings FROM organisations WHERE slug = 'acme' UNION ALL SELECT name, permissions FROM custom_roles WHERE name = 'reader' UNION ALL SELECT role, user_id FROM org_member_roles WHERE role = 'owner'",
      )
      expect(rows).toHaveLength(3)
      expect(rows[0]?.name).toBe('=Acme "Inc", 1')
      expect(rows[1]?.settings).toBe('["orgs:read"]')
    }))

  test('refuses each row for its own fault, and repeats no value', () =>
    withPeople(async (t) => {
      await importOrgs(t.deps, whole)
      const wrong: [unknown, string][] = [
        [{ kind: 'team', slug: 'canary' }, '/kind'],
        [null, '/kind'],
        [['org'], '/kind'],
        [{ kind: 'org', slug: 'Canary!', name: 'A' }, '/slug'],
        [{ kind: 'org', slug: 'canary', name: ' ' }, '/name'],
        [{ kind: 'org', slug: 'canary', name: 'A', id: 'org_1' }, '/id'],
        [{ kind: 'org', slug: 'canary', name: 'A', settings: { mfa: true } }, '/settings/mfa'],
        [{ kind: 'org', slug: 'canary', name: 'A', createdAt: '2999-01-01T00:00:00Z' }, '/createdAt'],
        [{ kind: 'role', org: 'canary', name: 'reader' }, '/org'],
        [{ kind: 'role', org: 'acme', name: 'Canary' }, '/name'],
        [{ kind: 'role', org: 'acme', name: 'user' }, '/name'],
        [{ kind: 'role', org: 'acme', name: 'owner', permissions: ['orgs:read'] }, '/name'],
        [{ kind: 'role', name: 'owner', permissions: ['users:read'] }, '/name'],
        [{ kind: 'role', org: 'acme', name: 'other', permissions: ['users:read'] }, '/permissions/0'],
        [{ kind: 'role', name: 'other', permissions: ['canary:read'] }, '/permissions/0'],
        [{ kind: 'role', org: 'acme', name: 'other', inherits: 'canary' }, '/inherits'],
        [{ kind: 'role', org: 'acme', name: 'other', inherits: 'writer' }, '/inherits'],
        [{ kind: 'role', org: 'acme', name: 'other', inherits: 'support' }, '/inherits'],
        [{ kind: 'role', org: 'globex', name: 'other', inherits: 'reader' }, '/inherits'],
        [{ kind: 'membership', org: 'canary', email: 'ada@example.com' }, '/org'],
        [{ kind: 'membership', org: 'globex', email: 'canary@example.com' }, '/email'],
        [{ kind: 'membership', org: 'globex', email: 'grace@example.com', roles: ['reader'] }, '/roles'],
        [{ kind: 'membership', org: 'globex', email: 'grace@example.com', roles: ['support'] }, '/roles'],
        [{ kind: 'membership', org: 'globex', email: 'grace@example.com', roles: ['admin', 'canary'] }, '/roles'],
        [{ kind: 'membership', org: 'globex', userId: 'usr_1' }, '/email'],
      ]
      const before = await count(t, 'org_members')
      const items = await importOrgs(
        t.deps,
        wrong.map(([row]) => row),
      )
      expect(items.map(({ status, errors }) => [status, errors?.[0]?.path])).toEqual(
        wrong.map(([, path]) => ['refused', path]),
      )
      expect(JSON.stringify(items)).not.toMatch(/canary/i)
      expect(await count(t, 'org_members')).toBe(before)
      expect(await count(t, 'organisations')).toBe(2)
    }))

  test('a deleted organisation takes no member and no role, and keeps its slug', () =>
    withPeople(async (t) => {
      await importOrgs(t.deps, whole)
      await t.deps.db.$client.execute("UPDATE organisations SET deleted_at = 1 WHERE slug = 'globex'")
      const items = await importOrgs(t.deps, [
        { kind: 'org', slug: 'globex', name: 'Again' },
        { kind: 'role', org: 'globex', name: 'reader' },
        { kind: 'membership', org: 'globex', email: 'grace@example.com' },
      ])
      expect(statuses(items)).toEqual(['exists', 'refused', 'refused'])
    }))

  test('a scope has at most 100 roles', () =>
    withPeople(async (t) => {
      const roles = Array.from({ length: 103 }, (_, index) => ({ kind: 'role', name: `role${index}` }))
      const items = await importOrgs(t.deps, roles)
      expect(statuses(items).filter((status) => status === 'created')).toHaveLength(100)
      expect(items.at(-1)?.errors?.[0]?.message).toBe('There are 100 roles already')
      expect(statuses(await importOrgs(t.deps, [{ kind: 'role', name: 'another' }]))).toEqual(['refused'])
      expect(statuses(await importOrgs(t.deps, roles.slice(0, 2)))).toEqual(['exists', 'exists'])
    }))
})

describe('the commands', () => {
  const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n')
  async function server() {
    const folder = newFolder()
    const env = environment(folder)
    const people = join(folder, 'users.jsonl')
    writeFileSync(people, lines([person('ada'), person('grace')]))
    expect((await runCli(['users', 'import', people], env)).code).toBe(0)
    return { folder, env }
  }

  test('export and import are the identity, as JSON Lines and as CSV', async () => {
    const { folder, env } = await server()
    const file = join(folder, 'orgs.jsonl')
    writeFileSync(file, lines(whole))
    const judged = await runCli(['orgs', 'import', '--dry-run', file], env)
    expect([judged.code, judged.stdout]).toEqual([0, '8 would be created, 0 existed already, 0 refused.\n'])
    const imported = await runCli(['orgs', 'import', file], env)
    expect([imported.code, imported.stdout, imported.stderr]).toEqual([
      0,
      '8 created, 0 existed already, 0 refused.\n',
      'rows 8/8\n',
    ])
    const sorted = (text: string) => text.trim().split('\n').toSorted()
    const exported = (await runCli(['orgs', 'export'], env)).stdout
    expect(
      exported
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).kind),
    ).toEqual(whole.map(({ kind }) => kind))
    expect(sorted(exported).map((line) => JSON.parse(line))).toEqual(expect.arrayContaining(whole) as unknown[])
    for (const format of ['ndjson', 'csv']) {
      const target = await server()
      const copy = join(target.folder, `orgs.${format}`)
      const { stdout } = await runCli(['orgs', 'export', '--format', format], env)
      if (format === 'csv') expect(stdout).not.toMatch(/(?:^|,|\n)"?[=+@-]/)
      writeFileSync(copy, stdout)
      const again = await runCli(['orgs', 'import', copy], target.env)
      expect([again.code, again.stdout, again.stderr]).toEqual([
        0,
        '8 created, 0 existed already, 0 refused.\n',
        'rows 8/8\n',
      ])
      expect(sorted((await runCli(['orgs', 'export'], target.env)).stdout)).toEqual(sorted(exported))
    }
  }, 300_000)

  test('killed in the middle and repeated, each organisation and member is there once', async () => {
    const { folder, env } = await server()
    const file = join(folder, 'orgs.jsonl')
    const many = Array.from({ length: 3_000 }, (_, index) => ({
      kind: 'org',
      slug: `org-${index}`,
      name: `Org ${index}`,
    }))
    const members = many.flatMap(({ slug }, index) =>
      index < 400 ? [{ kind: 'membership', org: slug, email: 'ada@example.com', roles: ['owner'] }] : [],
    )
    writeFileSync(file, lines([...many, ...members]))
    const killed = start(['src/entries/cli.ts', 'orgs', 'import', file], env)
    await killed.output(/rows \d+\/3400\n/)
    killed.kill('SIGKILL')
    await killed.exited
    const rest = await run(['src/entries/cli.ts', 'orgs', 'import', file, '--json'], env)
    expect(rest.code, rest.stderr).toBe(0)
    const { created, exists } = JSON.parse(rest.stdout) as { created: number; exists: number }
    expect(exists).toBeGreaterThanOrEqual(500)
    expect(created + exists).toBe(3_400)
    const rows = (await runCli(['orgs', 'export'], env)).stdout.trim().split('\n')
    expect(new Set(rows).size).toBe(3_400)
    expect(rows).toHaveLength(3_400)
  }, 300_000)
})
