/**
 * Any order of what can happen to tokens, against a model: nothing works that should not, nothing is refused that should
 * work. After each step every token that was ever given out is tried, at our own API, by introspection and, at the end, by a refresh.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { systemCause } from '../../../src/core/events/new-event.ts'
import { endGrant } from '../../../src/modules/grants/end-grant.ts'
import { call, setUpAdmin, signIn } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import {
  type ClientRow,
  makeClient,
  makeCode,
  makeGrant,
  makePerson,
  type Person,
  postForm,
  redeem,
  type Tokens,
} from './support/oauth.ts'

setDefaultTimeout(300_000)

const SECOND = 1000
const GRACE = 10 * SECOND
const RETRY = 300 * SECOND
const ACCESS = 300 * SECOND

type Step =
  | { act: 'redeem'; client: number; offline: boolean }
  | { act: 'replay' | 'endGrant' | 'revokeAccess' | 'revokeRefresh' | 'refresh'; which: number; back: number }
  | { act: 'signOut' | 'disableUser' | 'enableUser' }
  | { act: 'disableClient' | 'enableClient'; client: number }
  | { act: 'wait'; ms: number }

const which = fc.nat(20)
const back = fc.constantFrom(0, 0, 0, 1, 1, 2)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ act: fc.constant('redeem' as const), client: fc.nat(1), offline: fc.boolean() }),
  },
  { weight: 8, arbitrary: fc.record({ act: fc.constant('refresh' as const), which, back }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constantFrom('replay' as const, 'revokeAccess' as const, 'revokeRefresh' as const, 'endGrant' as const),
      which,
      back,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constantFrom('signOut' as const, 'disableUser' as const, 'enableUser' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constantFrom('disableClient' as const, 'enableClient' as const),
      client: fc.nat(1),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant('wait' as const), ms: fc.constantFrom(1, 5_000, 11_000, 61_000, 301_000) }),
  },
)

interface Client extends ClientRow {
  active: boolean
}
interface Family {
  client: Client
  grant: { id: string; ended: boolean }
  code: { text: string; until: number }
  offline: boolean
  ended: boolean
  /** Oldest first. `usedAt` of the newest is null. */
  chain: { token: string; usedAt: number | null }[]
  access: { token: string; until: number; revoked: boolean }[]
}

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
  await setUpAdmin(t)
})
afterAll(() => t.close())

test('any order of sign-ins, refreshes and endings', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
      const world = await createWorld()
      for (const one of steps) {
        await world.play(one)
        await world.checkAccessTokens(JSON.stringify(one))
      }
      await world.checkRefreshTokens()
    }),
    { numRuns: 60 },
  )
})

async function createWorld() {
  const person: Person = await makePerson(t)
  const state = { session: true, user: true }
  const families: Family[] = []
  const grants = new Map<Client, Family['grant']>()
  const clients: Client[] = []
  for (let i = 0; i < 2; i++)
    clients.push({ ...(await makeClient(t, { auth_method: 'client_secret_basic' })), active: true })
  const clientAt = (at: number): Client => clients[at % clients.length] as Client // there are two
  const familyAt = (at: number): Family | undefined => families[families.length === 0 ? 0 : at % families.length]
  const now = () => t.clock.now()
  const run = async (sql: string, args: string[]) => void (await t.deps.db.$client.execute({ sql, args }))

  const lives = ({ ended, grant, client, offline }: Family): boolean =>
    !ended && !grant.ended && client.active && state.user && (offline || state.session)

  async function redeemAt(at: number, offline: boolean): Promise<void> {
    const client = clientAt(at)
    const scopes = { [ORIGIN]: offline ? ['openid', 'offline_access'] : ['openid'] }
    let grant = grants.get(client)
    if (grant === undefined || grant.ended) {
      grant = { id: await makeGrant(t, person, client, scopes), ended: false }
      grants.set(client, grant)
    }
    const text = await makeCode(t, person, client, grant.id, { scopes })
    const answer = await redeem(t, client, text)
    const allowed = client.active && state.user && (offline || state.session)
    expect(answer.status, answer.text).toBe(allowed ? 200 : client.active ? 400 : 401)
    if (!allowed) return
    families.push({
      client,
      grant,
      code: { text, until: now() + 60 * SECOND },
      offline,
      ended: false,
      chain: [{ token: answer.body.refresh_token, usedAt: null }],
      access: [{ token: answer.body.access_token, until: now() + ACCESS, revoked: false }],
    })
  }

  /** Sends the token that is so many places before the newest. */
  async function refreshAt(family: Family, behind: number): Promise<void> {
    const { chain, client } = family
    const at = Math.max(0, chain.length - 1 - behind)
    const sent = chain[at]
    const newest = chain.at(-1)
    if (sent === undefined || newest === undefined) return
    const answer = await postForm<Tokens>(
      t,
      '/oauth/token',
      { grant_type: 'refresh_token', refresh_token: sent.token },
      { client },
    )
    const alive = lives(family)
    if (!client.active) return expect(answer.status).toBe(401)
    if (sent.usedAt === null) {
      expect(answer.status, answer.text).toBe(alive ? 200 : 400)
      if (!alive) return
      sent.usedAt = now()
      chain.push({ token: answer.body.refresh_token, usedAt: null })
    } else {
      const age = now() - sent.usedAt
      const again = age < GRACE || (age < RETRY && at === chain.length - 2)
      if (!again) family.ended = true
      expect(answer.status, answer.text).toBe(again && alive ? 200 : 400)
      if (answer.status !== 200) return
      expect(answer.body.refresh_token).toBe(newest.token)
    }
    family.access.push({ token: answer.body.access_token, until: now() + ACCESS, revoked: false })
  }

  async function playOn(family: Family, { act, back: behind }: Extract<Step, { which: number }>): Promise<void> {
    const { client, chain, access, grant, code } = family
    if (act === 'refresh') return refreshAt(family, behind)
    if (act === 'replay') {
      const answer = await redeem(t, client, code.text)
      expect(answer.status).toBe(client.active ? 400 : 401)
      if (client.active && now() < code.until) family.ended = true
    } else if (act === 'endGrant') {
      const ending = endGrant(t.deps, systemCause, { userId: person.userId, grantId: grant.id })
      await ending.catch((error: unknown) => expect([grant.ended, String(error)]).toEqual([true, expect.any(String)]))
      grant.ended = true
    } else {
      const sent = act === 'revokeAccess' ? access[behind % access.length] : chain[behind % chain.length]
      const answer = await postForm(t, '/oauth/revoke', { token: sent?.token }, { client })
      expect(answer.status).toBe(client.active ? 200 : 401)
      if (!client.active || sent === undefined) return
      if ('revoked' in sent) sent.revoked = sent.revoked || now() < sent.until
      else family.ended = true
    }
  }

  return {
    async play(one: Step): Promise<void> {
      if (one.act === 'wait') t.clock.advance(one.ms)
      else if (one.act === 'redeem') await redeemAt(one.client, one.offline)
      else if (one.act === 'signOut') {
        await call(t, 'POST /v1/auth/sign-out', { cookie: person.cookie, headers: { origin: ORIGIN } })
        if (state.user) state.session = false
      } else if (one.act === 'disableUser' || one.act === 'enableUser') {
        const { accessToken } = await signIn(t, 'admin@example.com')
        const acted = await call(
          t,
          `POST /v1/users/${person.userId}/${one.act === 'disableUser' ? 'disable' : 'enable'}`,
          {
            token: accessToken,
          },
        )
        expect(acted.status, acted.text).toBeLessThan(300)
        state.user = one.act === 'enableUser'
        if (!state.user) state.session = false
      } else if (one.act === 'disableClient' || one.act === 'enableClient') {
        const client = clientAt(one.client)
        client.active = one.act === 'enableClient'
        await run(`UPDATE oauth_clients SET status = '${client.active ? 'active' : 'disabled'}' WHERE id = ?`, [
          client.id,
        ])
        t.deps.principals.forget(client.id)
      } else if ('which' in one) {
        const family = familyAt(one.which)
        if (family !== undefined) await playOn(family, one)
      }
    },

    async checkAccessTokens(after: string): Promise<void> {
      for (const family of families)
        for (const { token, until, revoked } of family.access) {
          const works = lives(family) && !revoked && now() < until
          const info = await call(t, 'GET /oauth/userinfo', { headers: { authorization: `Bearer ${token}` } })
          expect(info.status === 200, `userinfo after ${after}`).toBe(works)
          if (!family.client.active) continue // it cannot ask
          const { body } = await postForm(t, '/oauth/introspect', { token }, { client: family.client })
          expect(body.active, `introspection after ${after}`).toBe(works)
        }
    },

    async checkRefreshTokens(): Promise<void> {
      for (const family of families) await refreshAt(family, 0)
    },
  }
}
