/** The document promises errors; here each promise that follows from the route itself is called in. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Feature } from '../../src/core/feature.ts'
import type { ErrorCode } from '../../src/errors.ts'
import * as features from '../../src/features.ts'
import { type Call, call, PASSWORD, setUpAdmin, signInWithCookie, signUp } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'
import { codesOf, type Described, type Document, documentOf, operationsOf } from './support/document.ts'

let t: TestApp
let document: Document
let operations: Described[]
let admin: string
let stranger: string
let cookie: string
let org: string
beforeAll(async () => {
  t = await createTestApp()
  document = await documentOf(t)
  operations = operationsOf(document)
  admin = (await setUpAdmin(t)).accessToken
  stranger = (await signUp(t, 'stranger@example.com')).accessToken
  const made = await call<{ id: string }>(t, 'POST /v1/orgs', { token: admin, body: { name: 'Asked' } })
  org = made.body.id
  // A member without any role lacks every permission in the organisation.
  const { id } = (await call<{ id: string }>(t, 'GET /v1/me', { token: stranger })).body
  await t.deps.db.$client.execute({ sql: 'INSERT INTO org_members VALUES (?, ?, 0)', args: [org, id] })
  t.deps.principals.forgetAll()
  cookie = await signInWithCookie(t, 'admin@example.com', PASSWORD)
})
afterAll(() => t.close())

/** The guard reads the organisation of such a path, so a text that is no id is one that does not exist. */
const IN_ORG = '/v1/orgs/{id}'
const UNKNOWN_USER = 'usr_00000000000000000000000000000000'
/** By the credential of a person, or of a program in their place. OAuth clients prove themselves in other ways. */
const guarded = ({ operation }: Described) => operation.security.some((one) => 'bearer' in one)
/** Forms are refused in the words of OAuth. */
const withBody = ({ operation }: Described) => operation.requestBody?.content['application/json'] !== undefined
const writes = ({ method }: Described) => method !== 'GET'
const forms = Object.values<Feature>(features).flatMap(({ forms: taken = [] }) => taken)
const takesForm = ({ method, path }: Described) =>
  forms.some((form) => form.replace(/:(\w+)/g, '{$1}') === `${method} ${path}`)
/** What they ask for depends on the body, on `orgId` or on the row: their own tests have their refusals. */
const asksInHandler = ({ operation }: Described) =>
  operation.tags?.some((tag) =>
    [
      'Permissions',
      'Policies',
      'Resource types',
      'API keys',
      'Service accounts',
      'OAuth clients',
      'Resources',
      'Webhooks',
      'Real time',
      'Events',
      'Notifications',
    ].includes(tag),
  ) === true ||
  (operation.tags?.includes('Authorization') === true && operation.security.length > 0)
/** The bodies of AuthZEN may have unknown fields, and are 400 otherwise (§10.1): test/modules/access has them. */
const ofAuthZen = ({ path }: Described) => path.startsWith('/access/')
/** Their bodies and queries are of their RFCs, which ignore unknown fields: test/modules/register has them. */
const ofOAuth = ({ path }: Described) => path.startsWith('/oauth/')
const needsPermission = ({ operation }: Described) => /Requires the permission/.test(operation.description ?? '')
/** Sign-out shows security but checks it itself: its own tests hold its codes. */
const marked = (described: Described) => guarded(described) && described.operation.operationId !== 'signOut'

async function answerTo({ method, path }: Described, how: Call & { raw?: string; query?: string; id?: string }) {
  const named = path.startsWith(IN_ORG) ? path.replace('{id}', org) : path
  const target = `${named.replaceAll(/\{\w*[iI]d\}/g, how.id ?? UNKNOWN_USER)}${how.query ?? ''}`
  if (how.raw === undefined) return call(t, `${method} ${target}`, how)
  const response = await t.app.handle(
    new Request(`${ORIGIN}${target}`, {
      method,
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json', ...how.headers },
      body: how.raw,
    }),
  )
  const body = (await response.json()) as Record<string, unknown> // every answer to a raw body is a problem document
  return { status: response.status, body }
}

/** How to meet a code, and on which operations it must be met. `document` tells which operations promise it. */
const provocations: {
  code: ErrorCode
  when: string
  on: (described: Described) => boolean
  by: () => Parameters<typeof answerTo>[1]
}[] = [
  { code: 'auth.required', when: 'without a credential', on: marked, by: () => ({}) },
  { code: 'session.expired', when: 'with a token that is none', on: marked, by: () => ({ token: 'not.a.token' }) },
  {
    code: 'auth.forbidden',
    when: 'with a role that does not allow it',
    on: needsPermission,
    by: () => ({ token: stranger }),
  },
  {
    code: 'request.origin_refused',
    when: 'for a cookie from a foreign page',
    on: (described) => marked(described) && writes(described),
    by: () => ({ cookie, headers: { origin: 'https://evil.test' } }),
  },
  { code: 'request.malformed', when: 'for a body that is not JSON', on: withBody, by: () => ({ raw: '{' }) },
  {
    code: 'request.too_large',
    when: 'for a body over 1 MiB',
    on: writes,
    by: () => ({ raw: '""', headers: { 'content-length': '1048577' } }),
  },
  {
    code: 'request.unsupported_media_type',
    when: 'for a text',
    on: writes,
    by: () => ({ raw: 'a=b', headers: { 'content-type': 'text/plain' } }),
  },
  {
    code: 'request.unsupported_media_type',
    when: 'for a form, unless it takes one',
    on: (described) => writes(described) && !takesForm(described),
    by: () => ({ raw: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
  },
  {
    code: 'request.invalid',
    when: 'for an unknown field',
    on: (described) => withBody(described) && !ofAuthZen(described) && !ofOAuth(described),
    by: () => ({ raw: '{"noSuchField":1}' }),
  },
  {
    code: 'request.invalid',
    when: 'for an id that is none',
    on: ({ operation, path }) =>
      path.replace(IN_ORG, '').includes('{') &&
      !/\{(?:role|name)\}|\/oauth-clients\/\{id\}(?:\/secrets)?$|^\/oauth\//.test(path) && // any name is one
      (operation.parameters?.some(({ in: place }) => place === 'path') ?? false),
    by: () => ({ token: admin, id: 'not_an_id' }),
  },
  {
    code: 'request.invalid',
    when: 'for a query that does not fit',
    on: (described) =>
      !ofOAuth(described) && (described.operation.parameters?.some(({ in: place }) => place === 'query') ?? false),
    by: () => ({ token: admin, query: '?limit=none' }),
  },
]

for (const { code, when, on, by } of provocations)
  test(`${code} answers every operation that documents it, ${when}`, async () => {
    const promised = operations.filter(on)
    expect(promised.length).toBeGreaterThan(0)
    for (const described of promised) {
      const { body } = await answerTo(described, by())
      const label = `${described.operation.operationId}: `
      expect(`${label}${body.code}`).toBe(`${label}${code}`)
      expect(codesOf(document, described.operation)).toContain(code)
    }
  })

test('no operation promises a code of a mark, a body or a parameter that it does not have', () => {
  for (const described of operations.filter(guarded))
    expect(codesOf(document, described.operation)).toContain('auth.required')
  for (const described of operations) {
    const codes = codesOf(document, described.operation)
    if (!withBody(described)) expect(codes).not.toContain('request.malformed')
    if (!needsPermission(described) && !asksInHandler(described)) expect(codes).not.toContain('auth.forbidden')
    if (described.method === 'GET') expect(codes).not.toContain('server.storage_full')
    expect(codes).toContain('server.error')
  }
})

test('routes that never ask the database promise no failure of it', () => {
  const livez = operations.find(({ operation }) => operation.operationId === 'livez')
  expect(livez && codesOf(document, livez.operation)).toEqual(['server.error'])
})
