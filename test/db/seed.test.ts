import { afterAll, afterEach, expect, test } from 'bun:test'
import { events } from '../../db/tables/index.ts'
import type { Deps } from '../../src/deps.ts'
import { DEMO_PASSWORD, demoUsers } from '../../src/operator/demo-people.ts'
import { runOperation } from '../../src/operator/operations.ts'
import type { SeedResult } from '../../src/operator/seed-demo.ts'
import { cleanUp, environment, newFolder, run } from '../process/support/server.ts'
import { call, signIn, type User } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

afterAll(cleanUp)

let t: TestApp | undefined
afterEach(async () => {
  await t?.close()
  t = undefined
})

async function seed(deps: Deps, force = false): Promise<{ result: SeedResult; progress: number[] }> {
  const progress: number[] = []
  for await (const reply of runOperation(deps, 'demo.seed', { force })) {
    if ('item' in reply) return { result: reply.item, progress }
    progress.push(reply.progress.done / reply.progress.total)
  }
  throw new Error('the seed ended without a result')
}

test('the seed makes 3 people who can sign in and 300 users who cannot, each with its event', async () => {
  t = await createTestApp()
  const { result, progress } = await seed(t.deps)
  expect(result.people.map(({ email, created }) => [email, created])).toEqual([
    ['ada@example.com', true],
    ['grace@example.com', true],
    ['alan@example.com', true],
  ])
  expect(result.generated).toEqual({ created: 300, existing: 0 })
  expect(progress).toEqual(progress.toSorted((a, b) => a - b))
  expect(progress.at(-1)).toBe(1)

  const admin = await signIn(t, 'ada@example.com', result.password)
  expect(admin.user.roles).toEqual(['admin', 'user'])
  for (const email of ['grace@example.com', 'alan@example.com']) await signIn(t, email, result.password)
  const generated = await call<{ items: User[] }>(t, 'GET /v1/users?q=demo.example&status=disabled&limit=100', {
    token: admin.accessToken,
  })
  expect(generated.body.items).toHaveLength(25)
  for (const { email } of demoUsers().slice(0, 3)) {
    const refused = await call(t, 'POST /v1/auth/sign-in', { body: { email, password: result.password } })
    expect(refused.status).toBe(401)
  }
  const written = await t.deps.db.select({ type: events.type, actorId: events.actorId }).from(events)
  const created = written.filter(({ type }) => type === 'user.created')
  expect(created).toHaveLength(303)
  expect(created.filter(({ actorId }) => actorId !== null)).toEqual([])
})

test('a second seed makes nothing, and one that was cut short is completed', async () => {
  t = await createTestApp()
  for await (const reply of runOperation(t.deps, 'demo.seed', { force: false }))
    if ('progress' in reply && reply.progress.done > 100) break
  const second = await seed(t.deps)
  expect(second.result.people.map(({ created }) => created)).toEqual([false, false, false])
  expect(second.result.generated.created).toBeGreaterThan(0)
  expect(second.result.generated.created + second.result.generated.existing).toBe(300)
  const { result } = await seed(t.deps)
  expect(result.generated).toEqual({ created: 0, existing: 300 })
  expect(await t.deps.db.$count(events)).toBe(303)
})

test('an account with the address of a demo user keeps name, roles and password', async () => {
  t = await createTestApp()
  const own = { email: 'Grace@example.com', name: 'The real Grace', password: 'a password of her own' }
  for await (const _ of runOperation(t.deps, 'users.create', own));
  const { result } = await seed(t.deps)
  expect(result.people.map(({ created }) => created)).toEqual([true, false, true])
  expect((await signIn(t, own.email, own.password)).user).toMatchObject({ name: own.name, roles: ['user'] })
})

test('in production the seed refuses, unless forced: the password of its administrator is public', async () => {
  t = await createTestApp({ env: { NODE_ENV: 'production' } })
  const { deps } = t
  await expect(seed(deps)).rejects.toMatchObject({ failure: { code: 'demo.production' } })
  expect(await deps.db.$count(events)).toBe(0)
  expect((await seed(deps, true)).result.generated.created).toBe(300)
})

test('the generated users are the same every time, and their addresses cannot have an owner', () => {
  const emails = demoUsers().map(({ email }) => email)
  expect(new Set(emails).size).toBe(300)
  expect(emails.filter((email) => !/^[a-z]+\.[a-z]+@demo\.example$/.test(email))).toEqual([])
  expect(demoUsers()).toEqual(demoUsers())
})

test('`bun run db:seed` makes its database, says how to sign in, and keeps the password to itself the second time', async () => {
  const env = environment(newFolder())
  const first = await run(['db/seed.ts'], env)
  expect(first.code).toBe(0)
  expect(first.stdout).toContain('ada@example.com (admin, user)\n')
  expect(first.stdout).toContain(`Password of the new demo users: ${DEMO_PASSWORD}\n`)
  expect(first.stderr).toMatch(/^(demo users \d+\/303\n){4}$/)
  const second = await run(['db/seed.ts'], env)
  expect(second.stdout).toContain('0 generated users created, 300 existed already.')
  expect(second.stdout).not.toContain(DEMO_PASSWORD)
}, 300_000)
