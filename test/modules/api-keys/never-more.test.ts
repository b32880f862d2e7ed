/** Whatever becomes of its owner, a key allows what the owner may do now and what its scopes name: no more, and no less. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { eq } from 'drizzle-orm'
import {
  apiKeys,
  orgMemberRoles,
  orgMembers,
  serviceAccountRoles,
  serviceAccounts,
  userRoles,
  users,
} from '../../../db/tables/index.ts'
import { isAllowed } from '../../../src/core/authz/authorize.ts'
import { scopesById } from '../../../src/core/authz/load-scopes.ts'
import { INSTANCE } from '../../../src/core/authz/scope.ts'
import { orgPermissions, permissions } from '../../../src/core/permissions.ts'
import type { Principal } from '../../../src/deps.ts'
import { Problem } from '../../../src/errors.ts'
import { identifier } from '../../../src/http/identify.ts'
import { type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { makeAccount, makeKey, makeOrg, type Made } from './support/keys.ts'

const ALL = [...new Set<string>([...permissions, ...Object.keys(orgPermissions)])].sort()

let t: TestApp
let owner: Session
let orgs: string[]
let account: string
const keys: Record<'person' | 'org' | 'account' | 'limited', Made | undefined> = {
  person: undefined,
  org: undefined,
  account: undefined,
  limited: undefined,
}
beforeAll(async () => {
  t = await createTestApp()
  const admin = (await setUpAdmin(t)).accessToken
  owner = await signUp(t, 'owner@example.com')
  orgs = [await makeOrg(t, admin, 'One'), await makeOrg(t, admin, 'Two')]
  const [orgId = ''] = orgs
  account = (await makeAccount(t, admin, { orgId, roles: ['owner'] })).id
  keys.person = await makeKey(t, admin, { scopes: ['users:read'] })
  keys.limited = await makeKey(t, admin, { scopes: ['users:read'] })
  keys.org = await makeKey(t, admin, { orgId, scopes: ['orgs:read'] })
  keys.account = await makeKey(t, admin, { serviceAccountId: account, scopes: ['orgs:read'] })
  for (const key of [keys.person, keys.limited])
    await t.deps.db
      .update(apiKeys)
      .set({ userId: owner.user.id, orgId: key === keys.limited ? orgId : null })
      .where(eq(apiKeys.id, key.id))
})
afterAll(() => t.close())

const orgRoles = fc.option(fc.subarray(['owner', 'admin', 'member']), { nil: undefined })
const state = fc.record({
  active: fc.boolean(),
  trusted: fc.boolean(),
  instance: fc.subarray(['admin', 'user']),
  members: fc.tuple(orgRoles, orgRoles),
  ownRoles: fc.subarray(['owner', 'admin', 'member', 'gone']),
  accountActive: fc.boolean(),
  accountRoles: fc.subarray(['owner', 'admin', 'member', 'gone']),
  scopes: fc.subarray(ALL),
})
type State = typeof state extends fc.Arbitrary<infer Value> ? Value : never

async function enter({ active, trusted, instance, members, ownRoles, accountActive, accountRoles, scopes }: State) {
  const { db } = t.deps
  const userId = owner.user.id
  await db
    .update(users)
    .set({ status: active ? 'active' : 'disabled', trustedFrom: trusted ? 0 : 1 })
    .where(eq(users.id, userId))
  await db.delete(userRoles).where(eq(userRoles.userId, userId))
  for (const role of instance) await db.insert(userRoles).values({ userId, role })
  await db.delete(orgMembers).where(eq(orgMembers.userId, userId))
  await db.delete(orgMemberRoles).where(eq(orgMemberRoles.userId, userId))
  for (const [at, roles] of members.entries()) {
    const orgId = orgs[at] ?? ''
    if (roles === undefined) continue
    await db.insert(orgMembers).values({ orgId, userId, joinedAt: 0 })
    for (const role of roles) await db.insert(orgMemberRoles).values({ orgId, userId, role })
  }
  await db.update(serviceAccounts).set({ status: accountActive ? 'active' : 'disabled' })
  await db.delete(serviceAccountRoles)
  for (const role of accountRoles) await db.insert(serviceAccountRoles).values({ serviceAccountId: account, role })
  await db.update(apiKeys).set({ scopes })
  await db
    .update(apiKeys)
    .set({ roles: ownRoles })
    .where(eq(apiKeys.id, keys.org?.id ?? ''))
  t.deps.principals.forgetAll()
}

async function principalOf(key: Made | undefined): Promise<Principal | undefined> {
  const request = new Request(`${ORIGIN}/`, { headers: { authorization: `Bearer ${key?.key}` } })
  try {
    return (await identifier(t.deps).load(request)).principal
  } catch (error) {
    if (error instanceof Problem && error.code === 'apikey.invalid') return undefined
    throw error
  }
}

/** What a holder of these roles may do, without the code of keys. */
async function allowedBy(instanceRoles: readonly string[], byOrg: ReadonlyMap<string, readonly string[]>) {
  const scopes = await scopesById(t.deps, [INSTANCE, ...orgs])
  const has = (roles: readonly string[], id: string, permission: string) =>
    roles.some((role) => scopes.get(id)?.policies.permissionsByRole.get(role)?.has(permission))
  return (permission: string, id: string) =>
    has(instanceRoles, INSTANCE, permission) || (id !== INSTANCE && has(byOrg.get(id) ?? [], id, permission))
}

test('over random states of owners, organisations and service accounts', async () => {
  await fc.assert(
    fc.asyncProperty(state, async (now) => {
      await enter(now)
      const scopes = await scopesById(t.deps, [INSTANCE, ...orgs])
      const instance = scopes.get(INSTANCE)
      if (instance === undefined) throw new Error('no instance')
      const [one = '', two = ''] = orgs
      const memberships = new Map(
        [one, two].flatMap((id, at): [string, readonly string[]][] => (now.members[at] ? [[id, now.members[at]]] : [])),
      )
      const personWorks = now.active && now.trusted
      const inOne = (roles: readonly string[]) => allowedBy([], new Map([[one, roles]]))
      const expected = {
        person: personWorks ? await allowedBy(now.instance, memberships) : undefined,
        limited: personWorks && memberships.has(one) ? await inOne(memberships.get(one) ?? []) : undefined,
        org: await inOne(now.ownRoles),
        account: now.accountActive ? await inOne(now.accountRoles) : undefined,
      }
      for (const [name, may] of Object.entries(expected) as [keyof typeof keys, (typeof expected)['person']][]) {
        const principal = await principalOf(keys[name])
        expect(principal !== undefined, name).toBe(may !== undefined)
        if (principal === undefined || may === undefined) continue
        for (const id of [INSTANCE, one, two])
          for (const permission of ALL) {
            const org = id === INSTANCE ? undefined : scopes.get(id)
            const allowed = isAllowed(principal, permission, instance, org)
            expect(allowed, `${name} ${permission} ${id}`).toBe(now.scopes.includes(permission) && may(permission, id))
          }
      }
    }),
    { numRuns: 60 },
  )
})
