/**
 * The OpenAPI 3.1 document of an app, made from its routes.
 *
 * `@elysiajs/swagger` reads paths, parameters and details of each route. Its output is similar to OpenAPI 3.0, and
 * `operations.ts` converts it into valid 3.1. Only the generator of the plugin is used. The plugin itself makes a
 * Response during the construction of the app, which workerd refuses, and its page loads scripts from foreign hosts.
 */
import { filterPaths, registerSchemaPath } from '@elysiajs/swagger/utils'
import manifest from '../../../package.json' with { type: 'json' }
import type { Config } from '../../config.ts'
import { headers, info, securitySchemes, tags } from './about.ts'
import type { JsonSchema } from './json-schema.ts'
import { createOperations, type Route } from './operations.ts'

/** Pure and synchronous. Omits hidden routes. Throws for a route that the document could not describe completely. */
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

/**
 * The output of the plugin for one route: path → method → operation. Keeps paths with a dot, such as `/.well-known`.
 */
function draft({ method, path, hooks }: Route): Record<string, Record<string, JsonSchema>> {
  const schema = {}
  registerSchemaPath({ schema, method, path, hook: hooks, models: {} })
  return filterPaths(schema, { excludeStaticFile: false, exclude: [] })
}

const sorted = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
