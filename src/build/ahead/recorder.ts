/**
 * Run by the build, as a bundle: makes the app of every feature under every configuration that changes what is generated,
 * compiles all its routes, and prints the source of every generated function.
 */
import { CloudflareAdapter } from 'elysia/adapter/cloudflare-worker'
import { createApp } from '../../app.ts'
import type { Feature } from '../../core/feature.ts'
import { consoleLog } from '../../entries/edge/console-log.ts'
import * as features from '../../features.ts'
import { createEdgeDeps, readEdgeConfig } from '../../platform/deps.edge.ts'
import { recorded } from './recording.ts'

const BASE = {
  NODE_ENV: 'production',
  APP_URL: 'https://id.example.com',
  APP_SECRET: 'never used: nothing is signed here',
  DATABASE_URL: 'http://127.0.0.1:9', // nothing listens there
  MAIL_FROM: 'id@example.com',
}

/** What decides which hooks and routes there are. */
const CONFIGURATIONS = [{}, { CORS_ORIGINS: 'https://app.example.com' }].flatMap((cors) =>
  [{}, { NODE_ENV: 'development' }].flatMap((mode) =>
    ['info', 'debug'].map((level) => ({ ...BASE, ...cors, ...mode, LOG_LEVEL: level })),
  ),
)

const refuse = async (): Promise<never> => {
  throw new Error('nothing is asked of this app')
}

async function record(environment: Record<string, string>, one: readonly Feature[]): Promise<void> {
  const config = readEdgeConfig(environment)
  const edge = createEdgeDeps(config, {
    log: consoleLog(config),
    passwords: { hash: refuse, verify: refuse },
    asset: refuse,
    defer: () => {},
    queue: { wake() {}, async idle() {} },
    accepting: () => true,
    peerAddress: () => undefined,
  })
  const deps = { ...edge, fetch: refuse }
  const app = createApp(deps, { features: one, framework: async () => ({ adapter: CloudflareAdapter }) })
  const routes = (await app.allRoutes()) as { method: string; path: string; compile(): unknown }[] // as Elysia keeps them
  for (const route of routes) route.compile()
  // The router of the feature is made by the first request to it, that of all others by one to nothing.
  const asked = routes.map(({ method, path }) => ({ method, path }))
  for (const { method, path } of [...asked.slice(0, 1), { method: 'GET', path: '/nothing-is-here' }])
    await app.handle(new Request(`https://id.example.com${path.replaceAll(/:\w+/g, 'x')}`, { method }))
}

for (const environment of CONFIGURATIONS) {
  await record(environment, [])
  for (const feature of Object.values<Feature>(features)) await record(environment, [feature])
}
console.log(`\n${JSON.stringify(recorded)}`)
