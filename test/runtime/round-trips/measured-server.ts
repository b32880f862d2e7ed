/**
 * The app of a Bun server on a real sqld with the counting proxy between them. Without limits: what those cost, and when,
 * is held by test/platform/limiter.libsql.test.ts, and part of it happens after the answer. And without a worker, whose
 * queries that no request waits for.
 */

import { createApp } from '../../../src/app.ts'
import { parseConfig } from '../../../src/config.ts'
import { scopesById } from '../../../src/core/authz/load-scopes.ts'
import { INSTANCE } from '../../../src/core/authz/scope.ts'
import { ALL_ACTIONS, actionsInForce } from '../../../src/modules/actions/in-force.ts'
import { createBunDeps } from '../../../src/platform/deps.bun.ts'
import { startFakeProvider } from '../../modules/providers/support/fake-provider.ts'
import { type CountingProxy, startCountingProxy } from '../../support/counting-proxy.ts'
import { newestProof } from '../../support/queued-mail.ts'
import { migrateServer, startSqld } from '../../support/sqld.ts'
import { environment } from '../servers/runtime-server.ts'
import { providerEnv } from '../tools.ts'
import { type Accounts, accountsOf } from './account.ts'
import { APP_URL, type Operation } from './operation.ts'
import { setUp } from './operations.ts'

export interface Measured {
  /** Round trips of the request alone. */
  trips: number
  /** From the first byte sent to the last received. */
  tookMs: number
}

export interface MeasuredServer {
  proxy: CountingProxy
  /** Asks once, with this much added to every trip. Throws when the answer has another status. */
  measure(operation: Operation, latencyMs?: number): Promise<Measured>
  /** What making the first administrator cost. */
  setUp: Measured
  stop(): Promise<void>
}

export async function startMeasuredServer(): Promise<MeasuredServer> {
  const sqld = await startSqld()
  await migrateServer(sqld.url)
  const proxy = startCountingProxy({ target: sqld.url })
  const elsewhere = await startFakeProvider()
  const deps = await createBunDeps(
    parseConfig(
      environment({ databaseUrl: proxy.url, env: { APP_URL, RATE_LIMIT: 'off', ...providerEnv(elsewhere.issuer) } }),
    ),
  )
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: createApp(deps).fetch })
  const accounts = accountsOf(String(server.url).replace(/\/$/, ''), () => newestProof(deps), elsewhere)
  /** The roles, rules and actions of the instance are read every 900 ms for all, the key ring every minute. */
  const warm = () => Promise.all([scopesById(deps, [INSTANCE]), actionsInForce(deps, 'sign_up'), deps.keys.jwks()])
  const { clock } = deps
  /** What is warm stays so during the request, however slow the machine is: the time of the caches stands still. */
  const whileWarm = async (ask: () => Promise<unknown>) => {
    const { now } = clock
    for (const id of [INSTANCE, ALL_ACTIONS]) deps.principals.forget(id)
    const at = now()
    clock.now = () => at
    try {
      await warm()
      proxy.reset()
      await ask()
    } finally {
      clock.now = now
    }
  }
  const measure = (operation: Operation, latencyMs = 0) =>
    measureOne(operation, accounts, { proxy, latencyMs, whileWarm })
  return {
    proxy,
    measure,
    setUp: await measure(setUp),
    async stop() {
      await server.stop(true)
      await deps.close()
      elsewhere.stop()
      await proxy.stop()
      await sqld.stop()
    },
  }
}

async function measureOne(
  operation: Operation,
  accounts: Accounts,
  {
    proxy,
    latencyMs,
    whileWarm,
  }: { proxy: CountingProxy; latencyMs: number; whileWarm: (ask: () => Promise<unknown>) => Promise<void> },
): Promise<Measured> {
  const ask = await operation.prepare(accounts)
  let tookMs = 0
  await whileWarm(async () => {
    proxy.setLatency(latencyMs)
    const start = performance.now()
    await accounts.ask(ask, operation.status)
    tookMs = performance.now() - start
    proxy.setLatency(0)
  })
  return { tookMs, trips: proxy.count() }
}
