/**
 * Route × role × organisation, of every route below `/v1/orgs/:id`: who may call it, and that the id of one organisation
 * opens nothing in another one. The routes come from the app, so a new one is tested without a line here.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { customRoles } from '../../db/tables/index.ts'
import { builtInOrgRoles, orgPermissions, type OrgPermission } from '../../src/core/permissions.ts'
import { isSessionMark, permissionInOrg } from '../../src/http/marks.ts'
import { commit } from '../../src/core/events/commit.ts'
import { systemCause } from '../../src/core/events/new-event.ts'
import { addMember } from '../../src/modules/members/service.ts'
import { inOrg, pathFor, type Route, routesOf, validBody } from '../http/support/routes.ts'
import { call, type Session, setUpAdmin, signUp } from '../support/client.ts'
import { contracts } from '../support/contracts.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let t: TestApp
let routes: Route[]
let orgRoutes: Route[]
let instanceAdmin: Session
/** Who owns every organisation that is asked about, and is not asked. */
let founder: Session
beforeAll(async () => {
  t = await createTestApp()
  instanceAdmin = await setUpAdmin(t)
  founder = await signUp(t, 'founder@example.com')
  routes = await routesOf(t.app)
  orgRoutes = routes.filter(({ path }) => path === '/v1/orgs/:id' || path.startsWith('/v1/orgs/:id/'))
})
afterAll(() => t.close())

let made = 0
async function newOrg(owner: Session): Promise<string> {
  const { body, status, text } = await call<{ id: string }>(t, 'POST /v1/orgs', {
    token: owner.accessToken,
    body: { name: `Org ${++made}` },
  })
  expect(status, text).toBe(201)
  return body.id
}
let people = 0
const newPerson = () => signUp(t, `matrix${++people}@example.com`)
const join = (orgId: string, { user }: Session, ...roles: string[]) =>
  addMember(t.deps, systemCause, { orgId, userId: user.id, roles })

async function customRole(orgId: string, name: string, permissions: readonly string[]) {
  await commit(t.deps, [
    t.deps.db.insert(customRoles).values({
      id: `rol_${++made}`,
      orgId,
      name,
      permissions: [...permissions],
      inherits: null,
      mfaRequired: false,
      createdAt: 0,
      updatedAt: 0,
    }),
  ])
  t.deps.principals.forget(orgId)
}

/** The path in this organisation; every further parameter names nothing. */
const pathIn = (route: Route, orgId: string) => pathFor({ path: inOrg(route.path, orgId) })

/** A body that no schema takes, so a write without a further parameter that passes the guard is refused. */
const knock = (route: Route, orgId: string, token: string | undefined) =>
  call<{ code?: string }>(t, `${route.method} ${pathIn(route, orgId)}`, {
    token,
    ...(route.body ? { body: { nonsense: 1 } } : {}),
  })

type Outcome = 'passes' | 'unauthenticated' | 'forbidden' | 'not found'
const outcomeOf = ({ status, body }: { status: number; body: { code?: string } }): Outcome => {
  if (status === 401) return 'unauthenticated'
  if (status === 403 && body.code === 'auth.forbidden') return 'forbidden'
  return body.code === 'org.not_found' ? 'not found' : 'passes'
}

test('every route has a permission in the organisation, or is open to every session', () => {
  expect(orgRoutes.length).toBeGreaterThan(9)
  for (const { name, mark } of orgRoutes)
    expect(permissionInOrg(mark) !== undefined || isSessionMark(mark), name).toBeTrue()
})

describe('who may call it', () => {
  /** The roles of who asks, and what the route answers. `null`: no member. */
  async function outcome(route: Route, person: Session, roles: readonly string[] | null, custom: string[] = []) {
    const orgId = await newOrg(founders())
    if (custom.length > 0 || roles?.includes('custom')) await customRole(orgId, 'custom', custom)
    if (roles !== null) await join(orgId, person, ...roles)
    const answer = await knock(route, orgId, person.accessToken)
    expect(answer.status, `${route.name} ${answer.text}`).toBeLessThan(500)
    return outcomeOf(answer)
  }
  // Nobody owns more than a hundred.
  let used = 0
  let current: Session
  const founders = () => current
  const nextFounder = async () => {
    if (used++ % 8 === 0) current = await newPerson()
  }
  beforeAll(async () => {
    current = founder
  })

  const each = async (run: (route: Route, permission: OrgPermission | undefined) => Promise<void>) => {
    for (const route of orgRoutes) {
      await nextFounder()
      await run(route, permissionInOrg(route.mark))
    }
  }

  test('a stranger gets 401', () =>
    each(async (route) => {
      expect(outcomeOf(await knock(route, await newOrg(founders()), undefined)), route.name).toBe('unauthenticated')
    }))

  test('a person without a membership, and a member of another organisation, get 404', async () => {
    const [none, elsewhere] = [await newPerson(), await newPerson()]
    await newOrg(elsewhere)
    await each(async (route) => {
      expect(await outcome(route, none, null), route.name).toBe('not found')
      expect(await outcome(route, elsewhere, null), route.name).toBe('not found')
    })
  })

  for (const [index, role] of builtInOrgRoles.entries())
    test(`the role ${role}`, async () => {
      let person = await newPerson()
      let joined = 0
      await each(async (route, permission) => {
        if (++joined % 50 === 0) person = await newPerson()
        const may = permission === undefined || index <= builtInOrgRoles.indexOf(orgPermissions[permission])
        expect(await outcome(route, person, [role]), route.name).toBe(may ? 'passes' : 'forbidden')
      })
    })

  test('a custom role has the permissions that it lists, and no other', async () => {
    const person = await newPerson()
    await each(async (route, permission) => {
      if (permission === undefined) return
      const others = Object.keys(orgPermissions).filter((name) => name !== permission)
      expect(await outcome(route, person, ['custom'], [permission]), route.name).toBe('passes')
      expect(await outcome(route, person, ['custom'], others), route.name).toBe('forbidden')
    })
  })

  test('an administrator of the server passes every guard, and is no member', () =>
    each(async (route, permission) => {
      const expected = permission === undefined ? 'not found' : 'passes'
      expect(await outcome(route, instanceAdmin, null), route.name).toBe(expected)
    }))

  test('a deleted organisation is 404 for its owner too, except to restore it', () =>
    each(async (route, permission) => {
      const orgId = await newOrg(founders())
      const token = founders().accessToken
      expect((await call(t, `DELETE /v1/orgs/${orgId}`, { token })).status).toBe(204)
      const expected = permission === 'orgs:restore' ? 'passes' : 'not found'
      expect(outcomeOf(await knock(route, orgId, token)), route.name).toBe(expected)
    }))
})

/** Every row of every table, except the events and what a request counts. */
async function dump(): Promise<Record<string, unknown[]>> {
  const { $client } = t.deps.db
  const { rows } = await $client.execute(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'users_%' AND name NOT IN ('rate_limits')`,
  )
  const tables: Record<string, unknown[]> = {}
  for (const { name } of rows) tables[String(name)] = (await $client.execute(`SELECT * FROM "${String(name)}"`)).rows
  return JSON.parse(JSON.stringify(tables)) as Record<string, unknown[]>
}

test('an id of one organisation is 404 in another one, and changes nothing', async () => {
  const [victim, thief] = [await newPerson(), await newPerson()]
  const theirs = await newOrg(victim)
  const own = await newOrg(thief)
  const ids: Record<string, Record<string, string>> = {}
  for (const { orgIds } of contracts.values()) Object.assign(ids, await orgIds?.(t, victim, theirs))
  const withIds = orgRoutes.filter(({ path }) => path.slice('/v1/orgs/:id'.length).includes(':'))
  expect(
    withIds.map(({ name }) => name).sort(),
    'add `orgIds` to the contract of the feature (test/support/contract.ts)',
  ).toEqual(Object.keys(ids).sort())
  const before = await dump()
  for (const route of withIds) {
    const parameters = Object.entries(ids[route.name] ?? {})
    // The id of the victim in the organisation of the thief, then in its own.
    for (const orgId of [own, theirs]) {
      const path = parameters
        .reduce((path, [name, id]) => path.replace(`:${name}`, id), route.path)
        .replace(':id', orgId)
      expect(path, route.name).not.toContain(':')
      const answer = await call(t, `${route.method} ${path}`, {
        token: thief.accessToken,
        ...(route.body ? { body: validBody(route.body) } : {}),
      })
      expect(answer.status, `${route.method} ${path} ${answer.text}`).toBe(404)
    }
  }
  expect(await dump()).toEqual(before)
})

test('no body takes a field that only the server sets (mass assignment)', async () => {
  const orgId = await newOrg(instanceAdmin)
  const foreign = {
    orgId,
    roles: ['owner'],
    permissions: ['orgs:delete'],
    ownerId: founder.user.id,
    createdAt: '2026-07-09T12:00:00.000Z',
    deletedAt: null,
  }
  let asked = 0
  for (const route of routes.filter(({ path }) => !/^\/(?:access|oauth)\//.test(path))) // AuthZEN §10.1 and RFC 7591 §2 ignore unknown fields
    for (const body of route.bodies)
      for (const [field, value] of Object.entries(foreign)) {
        if (route.bodies.some(({ properties }) => Object.hasOwn(properties, field))) continue
        const path = orgRoutes.includes(route) ? pathIn(route, orgId) : pathFor(route)
        const answer = await call<{ errors?: { path: string }[] }>(t, `${route.method} ${path}`, {
          token: instanceAdmin.accessToken,
          body: { ...validBody(body), [field]: value },
        })
        expect(answer.status, `${route.name} ${field} ${answer.text}`).toBe(422)
        if (route.bodies.length === 1)
          expect(
            answer.body.errors?.map(({ path }) => path),
            route.name,
          ).toContain(`/${field}`)
        asked++
      }
  expect(asked).toBeGreaterThan(200)
})
