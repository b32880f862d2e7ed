/**
 * The OpenAPI 3.1 document of an app, made from its routes.
 *
 * `@elysiajs/swagger` reads paths, parameters and details off each route; `operations.ts` turns its 3.0-like output
 * into 3.1 that validates. Only the generator of the plugin is used: the plugin itself makes a Response while the app
 * is being built, which workerd refuses, and its page loads scripts from foreign hosts.
 */
import { filterPaths, registerSchemaPath } from '@elysiajs/swagger/utils'
import manifest from '../../../package.json' with { type: 'json' }
import type { Config } from '../../config.ts'
import { headers, info, securitySchemes, tags } from './about.ts'
import type { JsonSchema } from './json-schema.ts'
import { createOperations, type Route } from './operations.ts'

/** Pure and synchronous. Hidden routes are left out. Throws for a route it could not show whole. */
export function createOpenApiDocument(routes: readonly Route[], config: Pick<Config, 'appUrl'>) {
  const shown = routes.filter(({ method, hooks }) => method !== 'OPTIONS' && hooks.detail?.hide !== true)
  const operations = createOperations(shown, config)
  const paths: Record<string, JsonSchema> = {}
  for (const route of shown)
    for (const [path, methods] of Object.entries(draft(route)))
      for (const [method, drafted] of Object.entries(methods)) {
        const written = path === '/' ? path : path.replace(/\/$/, '')
        paths[written] = { ...paths[written], [method]: operations.write(route, drafted) }
      }
  return {
    openapi: '3.1.1',
    info: info(manifest.version),
    servers: [{ url: config.appUrl }],
    tags,
    paths,
    components: {
      schemas: sorted(operations.schemas),
      responses: sorted(operations.responses),
      headers,
      securitySchemes: securitySchemes(config),
    },
  }
}

/** What the plugin makes of one route: path → method → operation. Paths with a dot, such as `/.well-known`, stay. */
function draft({ method, path, hooks }: Route): Record<string, Record<string, JsonSchema>> {
  const schema = {}
  registerSchemaPath({ schema, method, path, hook: hooks, models: {} })
  return filterPaths(schema, { excludeStaticFile: false, exclude: [] })
}

const sorted = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
