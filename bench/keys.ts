/**
 * A read that needs an API key, with revocation, scopes and membership checked on each request, beside the plugin of
 * better-auth (`verifyApiKey`, which reads and writes for each check) and beside a bare Elysia that checks nothing. All of them give the same answer.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { CreatedApiKey } from '../src/modules/api-keys/schema.ts'
import type { Org } from '../src/modules/orgs/schema.ts'
import { bearer, expectStatus, postJson, signUp } from './account.ts'
import { BenchError } from './bench-error.ts'
import { startServer, startThreeger, temporaryFolder } from './children.ts'
import { drive } from './load.ts'
import type { Comparison, Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const CONNECTIONS = 32
const WARM_UP_SECONDS = 1
const PEER = 'bench/peers/better-auth.ts'
const YEAR_MS = 365 * 86_400_000

export async function measureKeys(options: ScenarioOptions): Promise<Report> {
  if (!existsSync(join(import.meta.dir, 'peers/node_modules/better-auth')))
    throw new BenchError('better-auth is not installed', 'bun install --cwd bench/peers')
  const ours = await startThreeger()
  const { accessToken } = await signUp(ours.origin)
  const org = await asked<Org>(`${ours.origin}/v1/orgs`, accessToken, { name: 'Acme' })
  const path = `/v1/orgs/${org.id}`
  const scopes = ['orgs:read']
  const opaque = await asked<CreatedApiKey>(`${ours.origin}/v1/api-keys`, accessToken, { name: 'Opaque', scopes })
  const signed = await asked<CreatedApiKey>(`${ours.origin}/v1/api-keys`, accessToken, {
    name: 'Signed',
    scopes,
    form: 'signed',
    expiresAt: new Date(Date.now() + YEAR_MS).toISOString(),
    networks: ['127.0.0.0/8'],
  })
  const elysia = await startServer({ args: ['bench/children/bare-elysia.ts', JSON.stringify(org), path] })
  const [full, normal] = [await startPeer(org, 'FULL'), await startPeer(org, 'NORMAL')]

  const contenders = {
    opaque: contender(ours.origin + path, opaque.key, org),
    signed: contender(ours.origin + path, signed.key, org),
    elysia: contender(elysia.origin + path, opaque.key, org),
    full: contender(full.origin + path, full.key, org),
    normal: contender(normal.origin + path, normal.key, org),
  }
  for (const { verify, warmUp } of Object.values(contenders)) {
    await verify()
    await warmUp()
  }
  const results = await interleave(options, {
    opaque: () => contenders.opaque.turn(options.seconds),
    signed: () => contenders.signed.turn(options.seconds),
    elysia: () => contenders.elysia.turn(options.seconds),
    full: () => contenders.full.turn(options.seconds),
    normal: () => contenders.normal.turn(options.seconds),
  })
  // The results are valid only if revocation is checked on each request.
  for (const { id, key } of [opaque, signed]) {
    const asOwner = { method: 'DELETE', headers: bearer(accessToken) }
    await expectStatus(204, `${ours.origin}/v1/api-keys/${id}`, asOwner)
    await expectStatus(401, ours.origin + path, { headers: bearer(key) })
  }

  const compare = (form: string, values: readonly number[], name: string, reference: readonly number[], goal: number) =>
    ({
      name: `a read with ${form} API key`,
      unit: 'req/s',
      ours: { name: 'Threeger ID', values },
      reference: { name, values: reference },
      goal,
    }) satisfies Comparison
  return {
    scenario: 'keys',
    comparisons: [
      compare('an opaque', results.opaque, 'better-auth, same durability', results.full, 15),
      compare('an opaque', results.opaque, 'better-auth, writes may be lost', results.normal, 15),
      compare('an opaque', results.opaque, 'bare Elysia', results.elysia, 0.5),
      compare('a signed', results.signed, 'better-auth, same durability', results.full, 15),
      compare('a signed', results.signed, 'better-auth, writes may be lost', results.normal, 15),
      compare('a signed', results.signed, 'bare Elysia', results.elysia, 0.5),
    ],
    figures: [],
    checks: [
      'All servers gave the same answer. The signed key is limited to a network. After their revocation both keys of ours got 401 at once.',
    ],
  }
}

async function startPeer(org: Org, synchronous: 'FULL' | 'NORMAL') {
  const { origin } = await startServer({ args: [PEER, JSON.stringify(org), temporaryFolder(), synchronous] })
  const { key } = (await (await expectStatus(200, origin, { method: 'POST' })).json()) as { key: string }
  return { origin, key }
}

async function asked<Body>(url: string, token: string, body: unknown): Promise<Body> {
  const { headers, ...init } = postJson(body)
  const answer = await expectStatus(201, url, { ...init, headers: { ...headers, ...bearer(token) } })
  return (await answer.json()) as Body // the server of this checkout answers with its own schema
}

function contender(url: string, key: string, org: Org) {
  const load = { url, headers: bearer(key), connections: CONNECTIONS }
  return {
    async verify() {
      const body: unknown = await (await expectStatus(200, url, { headers: load.headers })).json()
      if (!isDeepStrictEqual(body, org)) throw new BenchError(`${url} answered something else`, JSON.stringify(body))
    },
    warmUp: () => drive({ ...load, seconds: WARM_UP_SECONDS }),
    turn: async (seconds: number) => (await drive({ ...load, seconds })).perSecond,
  }
}
