/**
 * Three servers on one database: what one of them ends, the others refuse within a second (security.md 20), with a Redis and
 * without. Each other server is asked all the time, so a right that it has just read is in its cache when it ends.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { join, makeAccount, makeKey, makeOrg } from '../modules/api-keys/support/keys.ts'
import { connect, makeClient, makePerson } from '../modules/token/support/oauth.ts'
import { cleanUp } from '../process/support/server.ts'
import { type Call, call, type Session, signUp } from '../support/client.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis } from '../support/redis.ts'
import { hasSqld } from '../support/sqld.ts'
import { ORIGIN } from '../support/test-app.ts'
import { type Fleet, startFleet } from './support/fleet.ts'

setDefaultTimeout(300_000) // real servers, on a machine that runs other tests too
afterAll(cleanUp)

const DELAY_MS = 1_000

interface Case {
  /** What the right allows, on any server: 200 before, `refused` after. */
  asks: [string, Call]
  refused: number
  /** The request that ends it, sent to one server. */
  ends: [string, Call]
}

let people = 0
const person = ({ t }: Fleet): Promise<Session> => signUp(t, `everywhere${++people}@example.com`)

/** A person with a role of their own that may read users. */
async function holder(fleet: Fleet) {
  const who = await person(fleet)
  const role = `reader${++people}`
  const { accessToken: token } = fleet.admin
  for (const [route, body] of [
    ['POST /v1/roles', { name: role, permissions: ['users:read'] }],
    [`PATCH /v1/users/${who.user.id}`, { roles: [role] }],
  ] as const) {
    const answer = await call(fleet.t, route, { token, body }) // it has more patience with a busy database
    expect([200, 201], answer.text).toContain(answer.status)
  }
  return { who, role }
}

async function member(fleet: Fleet, roles: readonly string[]) {
  const [owner, who] = [await person(fleet), await person(fleet)]
  const org = await makeOrg(fleet.t, owner.accessToken)
  await join(fleet.t, org, who, roles)
  return { org, owner, who }
}

async function granted(fleet: Fleet) {
  const someone = await makePerson(fleet.t, `everywhere${++people}@example.com`)
  const client = await makeClient(fleet.t)
  return { client, ...(await connect(fleet.t, client, { [ORIGIN]: ['openid', 'profile'] }, someone)) }
}

const cases: Record<string, (fleet: Fleet) => Promise<Case>> = {
  async 'a session that signs out'(fleet) {
    const { accessToken: token } = await person(fleet)
    return { asks: ['GET /v1/me', { token }], refused: 401, ends: ['POST /v1/auth/sign-out', { token }] }
  },
  async 'a session that an administrator ends'(fleet) {
    const { accessToken: token, user } = await person(fleet)
    const { sid } = decodeJwt<{ sid: string }>(token)
    const ends = `DELETE /v1/users/${user.id}/sessions/${sid}`
    return { asks: ['GET /v1/me', { token }], refused: 401, ends: [ends, { token: fleet.admin.accessToken }] }
  },
  async 'the session of a cookie'(fleet) {
    const { cookie, accessToken: token } = await makePerson(fleet.t, `everywhere${++people}@example.com`)
    return { asks: ['GET /v1/me', { cookie }], refused: 401, ends: ['DELETE /v1/me/sessions', { token }] }
  },
  async 'an account that is disabled'(fleet) {
    const { accessToken: token, user } = await person(fleet)
    const ends: Case['ends'] = [`POST /v1/users/${user.id}/disable`, { token: fleet.admin.accessToken }]
    return { asks: ['GET /v1/me', { token }], refused: 401, ends }
  },
  async 'an account that is deleted'(fleet) {
    const { accessToken: token, user } = await person(fleet)
    const ends: Case['ends'] = [`DELETE /v1/users/${user.id}`, { token: fleet.admin.accessToken }]
    return { asks: ['GET /v1/me', { token }], refused: 401, ends }
  },
  async 'a role that is taken away'(fleet) {
    const { who } = await holder(fleet)
    const body = { roles: ['user'] }
    const ends: Case['ends'] = [`PATCH /v1/users/${who.user.id}`, { token: fleet.admin.accessToken, body }]
    return { asks: ['GET /v1/users?limit=1', { token: who.accessToken }], refused: 403, ends }
  },
  async 'a role that loses a permission'(fleet) {
    const { who, role } = await holder(fleet)
    const body = { permissions: ['roles:read'] }
    const ends: Case['ends'] = [`PATCH /v1/roles/${role}`, { token: fleet.admin.accessToken, body }]
    return { asks: ['GET /v1/users?limit=1', { token: who.accessToken }], refused: 403, ends }
  },
  async 'a role that is deleted'(fleet) {
    const { who, role } = await holder(fleet)
    const ends: Case['ends'] = [`DELETE /v1/roles/${role}`, { token: fleet.admin.accessToken }]
    return { asks: ['GET /v1/users?limit=1', { token: who.accessToken }], refused: 403, ends }
  },
  async 'an API key that is revoked'(fleet) {
    const { accessToken: token } = fleet.admin
    const { id, key } = await makeKey(fleet.t, token)
    return {
      asks: ['GET /v1/users?limit=1', { token: key }],
      refused: 401,
      ends: [`DELETE /v1/api-keys/${id}`, { token }],
    }
  },
  async 'the API key of a service account that is deleted'(fleet) {
    const { accessToken: token } = fleet.admin
    const account = await makeAccount(fleet.t, token, { roles: ['admin'] })
    const { key } = await makeKey(fleet.t, token, { serviceAccountId: account.id })
    const ends: Case['ends'] = [`DELETE /v1/service-accounts/${account.id}`, { token }]
    return { asks: ['GET /v1/users?limit=1', { token: key }], refused: 401, ends }
  },
  async 'a grant that its person ends'(fleet) {
    const { grantId, tokens, person: owner } = await granted(fleet)
    const ends: Case['ends'] = [`DELETE /v1/me/grants/${grantId}`, { token: owner.accessToken }]
    return { asks: ['GET /oauth/userinfo', { token: tokens.access_token }], refused: 401, ends }
  },
  async 'a token that its client revokes'(fleet) {
    const { client, tokens } = await granted(fleet)
    const body = new URLSearchParams({ token: tokens.access_token, client_id: client.id })
    return {
      asks: ['GET /oauth/userinfo', { token: tokens.access_token }],
      refused: 401,
      ends: ['POST /oauth/revoke', { body }],
    }
  },
  async 'a client that is disabled'(fleet) {
    const { client, tokens } = await granted(fleet)
    const { accessToken: token } = fleet.admin
    const ends: Case['ends'] = [`PATCH /v1/oauth-clients/${client.id}`, { token, body: { status: 'disabled' } }]
    return { asks: ['GET /oauth/userinfo', { token: tokens.access_token }], refused: 401, ends }
  },
  async 'a member who is removed'(fleet) {
    const { org, owner, who } = await member(fleet, ['member'])
    const ends: Case['ends'] = [`DELETE /v1/orgs/${org}/members/${who.user.id}`, { token: owner.accessToken }]
    return { asks: [`GET /v1/orgs/${org}`, { token: who.accessToken }], refused: 404, ends }
  },
  async 'a role in an organisation'(fleet) {
    const { org, owner, who } = await member(fleet, ['admin'])
    const body = { roles: ['member'] }
    const ends: Case['ends'] = [`PATCH /v1/orgs/${org}/members/${who.user.id}`, { token: owner.accessToken, body }]
    return { asks: [`GET /v1/orgs/${org}/invitations`, { token: who.accessToken }], refused: 403, ends }
  },
  async 'an organisation that is deleted'(fleet) {
    const { org, owner, who } = await member(fleet, ['member'])
    const ends: Case['ends'] = [`DELETE /v1/orgs/${org}`, { token: owner.accessToken }]
    return { asks: [`GET /v1/orgs/${org}`, { token: who.accessToken }], refused: 404, ends }
  },
}

/** It ends every session there is, so it comes after the others. */
const LAST = 'a signing key that is revoked'
async function keyRevoked(fleet: Fleet): Promise<Case> {
  const { accessToken: token } = await person(fleet)
  const { kid } = decodeProtectedHeader(token)
  const ends: Case['ends'] = [`POST /v1/signing-keys/${kid}/revoke`, { token: fleet.admin.accessToken }]
  return { asks: ['GET /v1/me', { token }], refused: 401, ends }
}

const present = await hasSqld()

describe.each([
  ['without Redis', false],
  ['with Redis', true],
] as const)('three servers on one libSQL server, %s', (_, withRedis) => {
  const fleetTest = testWith(present && (!withRedis || hasRedis()), withRedis ? 'sqld or redis-server' : 'sqld')
  /** By the name of the case: what the other servers answered before the end, and to each request that was sent a second later. */
  const seen = new Map<string, ReturnType<typeof watch>>()
  let fleet: Fleet | undefined

  async function watch(all: Fleet, prepare: (fleet: Fleet) => Promise<Case>) {
    const { asks, ends, refused } = await prepare(all)
    const others = [all.at(0), all.at(2)]
    const askOthers = async () =>
      (await Promise.all(others.map((door) => call(door, ...asks)))).map(({ status }) => status)
    let before = await askOthers()
    // A right that was given a moment ago is seen by the others as late as one that was taken.
    while (before.some((status) => status !== 200)) {
      await Bun.sleep(50) // else the cases that wait take the time of those that go on
      before = await askOthers()
    }
    let ended = await call(all.at(1), ...ends)
    // A database that is too busy for the time limit of a request. The change may have been made all the same.
    const wasBusy = ended.status === 503
    while (ended.status === 503) ended = await call(all.at(1), ...ends)
    const due = performance.now() + DELAY_MS
    const after: number[] = []
    for (let sent = performance.now(); after.length < 6; sent = performance.now()) {
      const answers = await askOthers()
      // 503 lets nobody in either, and shows nothing.
      if (sent >= due) after.push(...answers.filter((status) => status !== 503))
      await Bun.sleep(50)
    }
    return { before, ended, wasBusy, after, refused }
  }

  beforeAll(async () => {
    if (!present || (withRedis && !hasRedis())) return
    fleet = await startFleet({ withRedis })
    const all = fleet
    // At the same time, because each of them takes a second.
    for (const [name, prepare] of Object.entries(cases)) seen.set(name, watch(all, prepare))
    await Promise.allSettled(seen.values())
    seen.set(LAST, watch(all, keyRevoked))
    await Promise.allSettled(seen.values())
  }, 300_000)
  afterAll(() => fleet?.end())

  fleetTest.each([...Object.keys(cases), LAST])(
    '%s on one of them is refused by the others a second later',
    async (name) => {
      const result = await seen.get(name)
      if (result === undefined) throw new Error(`${name} was not tried`)
      const { before, ended, wasBusy, after, refused } = result
      expect(before).toEqual([200, 200])
      if (!wasBusy) expect([200, 202, 204], ended.text).toContain(ended.status)
      expect(after).toEqual(Array(after.length).fill(refused))
    },
  )
})
