/**
 * A route gets no other kind of principal than its mark admits. The kinds without a session are made up here, with every
 * permission: an API key, and an OAuth client that acts for a person.
 */
import { afterAll, afterEach, beforeAll, describe, expect, spyOn, test } from 'bun:test'
import { Elysia } from 'elysia'
import { access, assertMarked, sessionMarks } from '../../src/http/access.ts'
import { identifier } from '../../src/http/identify.ts'
import type { Actor, ClientPrincipal, Principal, SessionPrincipal } from '../../src/deps.ts'
import { permissions } from '../../src/declared.ts'
import { call, setUpAdmin, signUp, type User } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { pathFor, type Route, routesOf } from './support/routes.ts'
import { expectProblem, send } from './support/send.ts'

const PERSON = `usr_${'1'.repeat(32)}`

interface KeyPrincipal extends Actor {
  kind: 'api-key'
  sessionId: null
}

const key: KeyPrincipal = {
  kind: 'api-key',
  id: 'key_1',
  sessionId: null,
  orgId: 'org_1',
  actingFor: [
    { kind: 'api-key', id: 'key_1' },
    { kind: 'user', id: PERSON },
  ],
  roles: ['admin'],
  memberships: new Map(),
  scopes: new Set(permissions),
  limiterKey: 'limit of key_1',
}

const client: ClientPrincipal = {
  ...key,
  kind: 'client',
  id: 'cli_1',
  tokenId: 'tok_1',
  subject: PERSON,
  actingFor: [
    { kind: 'client', id: 'cli_1' },
    { kind: 'user', id: PERSON },
  ],
  scopes: new Set(permissions),
  limitedToOrg: null,
  limiterKey: 'limit of cli_1',
  grantId: 'grt_1',
  familyId: 'fam_1',
  expiresAt: Number.MAX_SAFE_INTEGER,
  authenticatedAt: 0,
  amr: ['pwd'],
  mfaMissing: false,
  hasFactor: false,
  jkt: null,
}

/** Their rows: what they write is written only while these count. */
const ROWS = [
  `INSERT INTO users (id, email, email_key, email_verified, name, status, version, created_at, updated_at)
   VALUES ('${PERSON}', 'person@example.com', 'person@example.com', 1, '', 'active', 1, 0, 0)`,
  `INSERT INTO user_roles (user_id, role) VALUES ('${PERSON}', 'admin')`,
  `INSERT INTO api_keys (id, form, name, hint, user_id, scopes, metadata, created_at)
   VALUES ('key_1', 'opaque', 'Key', '', '${PERSON}', '[]', '{}', 0)`,
  `INSERT INTO oauth_clients (id, source, name, status, first_party, redirect_uris, post_logout_redirect_uris, grant_types, auth_method, subject_type, id_token_alg, requires_pushed_requests, requires_dpop, about, version, created_at, updated_at)
   VALUES ('cli_1', 'admin', 'App', 'active', 0, '[]', '[]', '[]', 'none', 'public', 'EdDSA', 0, 0, '{}', 1, 0, 0)`,
  `INSERT INTO grants (id, user_id, client_id, scopes, details, created_at, updated_at)
   VALUES ('grt_1', '${PERSON}', 'cli_1', '[]', '[]', 0, 0)`,
  `INSERT INTO token_families (id, grant_id, user_id, client_id, origin_hash, offline, scopes, details, authenticated_at, amr, created_at, last_used_at, expires_at)
   VALUES ('fam_1', 'grt_1', '${PERSON}', 'cli_1', '', 1, '[]', '[]', 0, '[]', 0, 0, 9007199254740991)`,
]

let t: TestApp
let user: User
beforeAll(async () => {
  t = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  await setUpAdmin(t)
  await t.deps.db.$client.batch(ROWS, 'write')
  user = (await signUp(t, 'user@example.com')).user
})
afterAll(() => t.close())

let spies: { mockRestore(): void }[] = []
afterEach(() => {
  for (const spy of spies) spy.mockRestore()
  spies = []
})

/** From now on every request is one of this principal. The cast is the fake: the union does not have its kind. */
function actAs(actor: Actor): void {
  spies.push(spyOn(identifier(t.deps), 'cached').mockReturnValue(actor as Principal))
}

const isOfSessions = ({ mark }: Route) => sessionMarks.some((known) => known === mark)
const knock = (route: Route) =>
  send(t, `${route.method} ${pathFor(route, route.path.startsWith('/v1/users/') ? user.id : undefined)}`, {
    headers: route.body ? { 'content-type': 'application/json' } : {},
    ...(route.body ? { body: '{}' } : {}),
  })
const eventsOf = async ({ id }: Actor) =>
  (
    await t.deps.db.$client.execute({
      sql: 'SELECT type, org_id, acting_for FROM events WHERE actor_id = ?',
      args: [id],
    })
  ).rows

describe.each([
  ['an API key', key],
  ['an OAuth client', client],
])('a principal that is no session: %s', (_, other: KeyPrincipal | ClientPrincipal) => {
  test('is refused by every guard for sessions, with any permissions, before the body is read', async () => {
    actAs(other)
    const before = await eventsOf(other)
    const routes = (await routesOf(t.app)).filter(isOfSessions)
    expect(new Set(routes.map(({ mark }) => mark))).toEqual(new Set(sessionMarks))
    for (const route of routes) {
      const answer = await knock(route)
      expect(answer.status, route.name).toBe(403)
      expect(expectProblem(answer).code, route.name).toBe('auth.forbidden')
    }
    expect(await eventsOf(other)).toEqual(before)
  })

  const statusOf = ({ path }: Route): number => {
    // These have ids of their own, which no row has here.
    if (/^\/v1\/(?:actions|bulk-actions|jobs)\//.test(path)) return 404
    if (path.startsWith('/v1/mail-previews/')) return 422
    // Its stream reads the token of the request, and the client of this file has none.
    return path === '/v1/revocations' && other === client ? 401 : 200
  }

  test('passes the mark of a permission that it has, and of no other', async () => {
    const isPermission = ({ mark }: Route) => permissions.some((permission) => permission === mark)
    const routes = (await routesOf(t.app)).filter(isPermission)
    const asked = new Set(routes.map(({ mark }) => String(mark)))
    expect(asked.size).toBeGreaterThan(5)
    const reads = routes.filter(({ method }) => method === 'GET')
    for (const permission of permissions) {
      actAs({ ...other, scopes: new Set([permission]) })
      for (const route of routes.filter(({ mark }) => mark !== permission)) {
        const answer = await knock(route)
        expect(expectProblem(answer).code, `${permission}: ${route.name}`).toBe('auth.forbidden')
      }
      for (const route of reads.filter(({ mark }) => mark === permission))
        expect((await knock(route)).status, route.name).toBe(statusOf(route))
    }
  })

  test('is refused what asks for a fresh session, also behind the mark of a permission', async () => {
    // Of a key the kind decides, not what else it holds.
    const fresh = { authenticatedAt: t.clock.now(), hasFactor: false, amr: [], anonymous: false }
    actAs(other.kind === 'client' ? other : ({ ...other, ...fresh } as Actor))
    for (const [route, body] of [
      [`PATCH /v1/users/${user.id}`, { roles: ['admin'] }],
      ['POST /v1/users', { email: `second-admin-${other.id}@example.com`, roles: ['admin'] }],
      ['PATCH /v1/roles/admin', { mfaRequired: true }],
    ] as const) {
      const answer = await call(t, route, { body })
      // The person of a client may sign in again for it (RFC 9470).
      const expected =
        other.kind === 'client' ? [401, 'accesstoken.step_up_required'] : [403, 'auth.fresh_session_required']
      expect([answer.status, answer.body.code], route).toEqual(expected)
    }
  })

  test('is named by its events, with its organisation and for whom it acts', async () => {
    actAs(other)
    const headers = { 'idempotency-key': '"one"' }
    const answer = await call(t, 'POST /v1/users', { headers, body: { email: `made-by-${other.id}@example.com` } })
    expect(answer.status).toBe(201)
    // The export that another test reached is an event of the same key.
    const created = (await eventsOf(other)).filter(({ type }) => type === 'user.created')
    expect(created.map(({ type, org_id, acting_for }) => [type, org_id, acting_for])).toEqual([
      ['user.created', 'org_1', JSON.stringify(other.actingFor)],
    ])
    const { rows } = await t.deps.db.$client.execute('SELECT actor_id FROM idempotency_keys')
    expect(rows.map((row) => row.actor_id)).toContain(other.id)
  })

  test('spends the budget of its own key', async () => {
    actAs(other)
    const taken = spyOn(t.deps.limiter, 'takeRequest')
    spies.push(taken)
    await call(t, 'GET /v1/users')
    expect(taken.mock.calls).toEqual([[`limit of ${other.id}`]])
  })
})

describe('the types', () => {
  const app = () => new Elysia({ normalize: false }).use(access(t.deps))

  test('give the handler of a session mark a session, and that of a permission what every principal has', () => {
    const build = () =>
      app()
        .get('/mine', ({ actor }) => actor.user.id satisfies SessionPrincipal['user']['id'], { actor: 'session' })
        .get('/fresh', ({ actor }) => actor.authenticatedAt, { actor: 'fresh-session' })
        .get('/any', ({ actor }) => actor.sessionId satisfies string, { actor: 'any-session' })
        .get('/both', ({ actor }) => actor.amr, { actor: 'fresh-any-session' })
        .get('/common', ({ actor }) => actor satisfies Actor, { requires: 'users:read' })
        // @ts-expect-error: an API key has no user
        .get('/user', ({ actor }) => actor.user.id, { requires: 'users:read' })
        // @ts-expect-error: nor does it always have a session
        .get('/session', ({ actor }) => actor.sessionId satisfies string, { requires: 'users:read' })
        // @ts-expect-error: a public route has no principal
        .get('/public', ({ actor }) => actor.id, { public: true })
    expect(() => assertMarked(build())).not.toThrow()
  })

  test('let a function that needs a session take no other kind', () => {
    const ofSession = (actor: SessionPrincipal) => actor.kind
    const ofAnybody = (actor: Actor) => actor.kind
    expect(ofAnybody(key)).toBe('api-key')
    // @ts-expect-error: a key is no session
    expect(ofSession(key)).toBe('api-key')
    // Once the union has the second kind, what takes a principal has to ask which it is.
    const ofUnion = (actor: Principal | KeyPrincipal) =>
      // @ts-expect-error: only one of them has a user
      actor.user
    expect(ofUnion(key)).toBeUndefined()
  })

  test('keep a mark in its place: no permission under `actor`, no mark of sessions under `requires`, and not both', () => {
    const handler = () => 'open'
    // @ts-expect-error: a mark of sessions is no permission
    expect(() => app().get('/x', handler, { requires: 'session' })).toThrow('there is no permission "session"')
    // @ts-expect-error: a permission is no mark of sessions
    expect(() => app().get('/x', handler, { actor: 'users:read' })).toThrow('there is no mark "users:read"')
    for (const hooks of [
      { actor: 'session', requires: 'users:read' },
      { requires: 'users:read', actor: 'session' },
    ] as const)
      expect(() => assertMarked(app().get('/x', handler, hooks))).toThrow('does not match its guard')
  })
})
