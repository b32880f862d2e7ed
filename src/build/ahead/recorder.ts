/**
 * Run by the build, as a bundle: makes the app of every feature under every configuration that changes what is generated,
 * compiles all its routes, and prints the source of every function that is generated for each feature, and for none.
 */
import { CloudflareAdapter } from 'elysia/adapter/cloudflare-worker'
import { createApp } from '../../app.ts'
import type { Feature } from '../../core/feature.ts'
import { NO_FEATURE } from '../../entries/edge/generated.ts'
import * as features from '../../features.ts'
import { ENVIRONMENT, unaskedDeps } from '../unasked-deps.ts'
import { recorded, recordFor } from './recording.ts'

/** What decides which hooks and routes there are. */
const CONFIGURATIONS = [{}, { CORS_ORIGINS: 'https://app.example.com' }].flatMap((cors) =>
  [{}, { NODE_ENV: 'development' }].flatMap((mode) =>
    ['info', 'debug'].map((level) => ({ ...ENVIRONMENT, ...cors, ...mode, LOG_LEVEL: level })),
  ),
)

async function record(environment: Record<string, string>, one: readonly Feature[]): Promise<void> {
  const deps = unaskedDeps(environment)
  const app = createApp(deps, { features: one, framework: async () => ({ adapter: CloudflareAdapter }) })
  const routes = (await app.allRoutes()) as { method: string; path: string; compile(): unknown }[] // as Elysia keeps them
  for (const route of routes) route.compile()
  // The router of the feature is made by the first request to it, that of all others by one to nothing.
  const asked = routes.map(({ method, path }) => ({ method, path }))
  for (const { method, path } of [...asked.slice(0, 1), { method: 'GET', path: '/nothing-is-here' }])
    await app.handle(new Request(`https://id.example.com${path.replaceAll(/:\w+/g, 'x')}`, { method }))
}

for (const environment of CONFIGURATIONS) {
  recordFor(NO_FEATURE)
  await record(environment, [])
  for (const feature of Object.values<Feature>(features)) {
    recordFor(feature.name)
    await record(environment, [feature])
  }
}
console.log(`\n${JSON.stringify(recorded)}`)
