/** What a request costs where the database is a network away: counted on the wire, between a real server and a real sqld. */
import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { routesOf } from '../../http/support/routes.ts'
import { testWith } from '../../support/real-parts.ts'
import { hasSqld } from '../../support/sqld.ts'
import { contracts } from '../../support/contracts.ts'
import { createTestApp } from '../../support/test-app.ts'
import { operations, setUp } from './operations.ts'
import { blockIn, DOCUMENT, measureRows, type Row, toBlock } from './table.ts'

setDefaultTimeout(300_000) // a server on a machine that runs other tests too

/** The address that gets the mail is read first. */
const TELLING = ['DELETE /v1/users/:id']
const PROVING = ['POST /v1/auth/step-up', 'POST /v1/me/password']
/** What they change or repeat is read first: it decides what the caller must be allowed, or which mail is sent. */
const DECIDING = [
  'POST /v1/api-keys/:id/rotate',
  'POST /v1/users/:id/impersonate',
  'POST /v1/orgs/:id/invitations/:invitationId/resend',
  'PATCH /v1/policies/:id',
  'DELETE /v1/policies/:id',
  'PATCH /v1/resource-types/:name', // the rules of the type are checked
  // Whose organisation the row is of decides who may change it.
  'PATCH /v1/oauth-clients/:id',
  'DELETE /v1/oauth-clients/:id',
  'POST /v1/oauth-clients/:id/secrets',
  'DELETE /v1/oauth-clients/:id/secrets/:secretId',
  'PATCH /v1/resources/:id',
  'DELETE /v1/resources/:id',
]
/** Reads that are events themselves: the event is written alone, so that a long read holds up nobody who writes. */
const RECORDED = ['GET /v1/audit-events/export']
/** Ways of asking that cost one trip more than the budget of their route. */
const ONE_MORE = [
  'POST /v1/users sent again under its `Idempotency-Key`', // a read says what the key was taken for, and shows its subject
  'PATCH /v1/users/:id with a new address', // the old address gets a mail, and is read first
]
const SERVER_METADATA = /^GET \/\.well-known\/(?:openid-configuration|oauth-authorization-server)$/
const present = await hasSqld()
const sqldTest = testWith(present, 'sqld (test/parts)')
let rows: Row[] = []

beforeAll(async () => {
  if (present || process.env.CI) rows = await measureRows()
}, 900_000) // every route, one after the other, on a machine that runs other tests too

describe('round trips of a request whose caller is not known yet', () => {
  const most: [string, number, (row: Row) => boolean][] = [
    ['sign-up', 2, ({ route }) => route === 'POST /v1/auth/sign-up'],
    ['sign-in', 2, ({ route }) => route === 'POST /v1/auth/sign-in'],
    // The read comes first: an unknown token must not cost a write.
    ['refresh', 2, ({ route }) => route === 'POST /v1/auth/refresh'],
    ['sign-out', 1, ({ route }) => route === 'POST /v1/auth/sign-out'],
    ['an authenticated read', 2, ({ route }) => route.startsWith('GET /v1/') && !RECORDED.includes(route)],
    ['a read that is recorded', 3, ({ route }) => RECORDED.includes(route)],
    // The hash it is compared with is read apart: no cache of principals holds one.
    ['what asks those who are signed in for their password', 3, ({ route }) => PROVING.includes(route)],
    ['the mail to an account that an administrator deletes', 3, ({ route }) => TELLING.includes(route)],
    ['a change that depends on what is there', 3, ({ route }) => DECIDING.includes(route)],
    [
      'any other write',
      2,
      ({ route, how }) =>
        /^\S+ \/v1\/(?!auth\/)/.test(route) &&
        how === undefined &&
        ![...PROVING, ...TELLING, ...DECIDING].includes(route),
    ],
    // The types of authorization details are those of every resource.
    ['what the server says of itself', 1, ({ route }) => SERVER_METADATA.test(route)],
    [
      'what everybody may read',
      0,
      ({ route }) =>
        /^GET \/(?:livez|docs|openapi|pages|verify-email|\.well-known)/.test(route) && !SERVER_METADATA.test(route),
    ],
  ]
  sqldTest.each(most)('%s: at most %d', (_, limit, chosen) => {
    const found = rows.filter(chosen)
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter(({ trips }) => trips > limit)).toEqual([])
  })

  sqldTest('keep within the budget of their route', () => {
    const budget = Object.fromEntries([...contracts.values()].flatMap(({ writes }) => Object.entries(writes.budget)))
    expect(rows.length).toBeGreaterThan(70)
    const beyond = rows.filter(({ route, trips }) => trips > (budget[route] ?? 0))
    expect(beyond.map(({ route, how }) => `${route} ${how}`).sort()).toEqual([...ONE_MORE].sort())
    expect(beyond.filter(({ route, trips }) => trips > (budget[route] ?? 0) + 1)).toEqual([])
  })

  sqldTest('are the numbers in docs/edge.md', async () => {
    const written = blockIn(await Bun.file(DOCUMENT).text())
    expect(written, 'run `bun test/runtime/round-trips/table.ts`').toBe(toBlock(rows))
  })

  test('are counted for every route there is', async () => {
    const t = await createTestApp()
    const routes = (await routesOf(t.app)).map(({ name }) => name)
    await t.close()
    expect([...new Set([setUp, ...operations].map(({ route }) => route))].sort()).toEqual(routes.sort())
  })
})
