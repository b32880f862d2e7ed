/** Every route of the app as test data, so that a test for all routes cannot forget one. */
import { KindGuard, type TObject, type TSchema } from '@sinclair/typebox'
import type { App } from '../../../src/app.ts'
import { ACCESS } from '../../../src/http/access.ts'

export interface Route {
  method: string
  path: string
  /** `POST /v1/auth/sign-in`, as the documentation spells it. */
  name: string
  /** `public`, `session` or a permission. */
  mark: unknown
  /** The shapes of the body: one, or a few it may have. */
  bodies: TObject[]
  /** The first of them. */
  body: TObject | undefined
  query: TObject | undefined
}

/** Sorted by name. OPTIONS and wildcards (static files) are left out. */
export async function routesOf(app: App): Promise<Route[]> {
  return (await app.allRoutes())
    .filter(({ method, path }) => method !== 'OPTIONS' && !path.includes('*'))
    .map(({ method, path, hooks }) => {
      const plain = path.length > 1 ? path.replace(/\/$/, '') : path
      return {
        method,
        path: plain,
        name: `${method} ${plain}`,
        mark: hooks.detail?.[ACCESS] as unknown,
        bodies: objectSchemas(hooks.body),
        body: objectSchemas(hooks.body)[0],
        query: objectSchema(hooks.query),
      }
    })
    .sort((a, b) => a.name.localeCompare(b.name))
}

const objectSchemas = (schema: unknown): TObject[] =>
  KindGuard.IsUnion(schema)
    ? schema.anyOf.filter((branch) => KindGuard.IsObject(branch))
    : [schema].filter((one) => KindGuard.IsObject(one))

const objectSchema = (schema: unknown): TObject | undefined => (KindGuard.IsObject(schema) ? schema : undefined)

export const NOBODY_ID = 'usr_00000000000000000000000000000000'

/** What begins the ids of a noun; all others are of people. */
const PREFIXES: Record<string, string> = {
  passkeys: 'pky',
  'api-keys': 'apk',
  'service-accounts': 'sva',
  sessions: 'ses',
  jobs: 'job',
  identities: 'idn',
  devices: 'dev',
  orgs: 'org',
  policies: 'pol',
  domains: 'dom',
  invitations: 'inv',
  'bulk-actions': 'blk',
  'oauth-clients': 'cli',
  register: 'cli',
  secrets: 'sec',
  resources: 'res',
  webhooks: 'whk',
  actions: 'act',
  notifications: 'ntf',
  deliveries: 'dlv',
}
/** What is named, and has no id. */
const NAMED = /^(?:provider|role|name)$/

/** A value for a parameter that fits its schema and that no row has. */
function nobodys(path: string, parameter: string): string {
  const noun = new RegExp(`([\\w-]+)/:${parameter}`).exec(path)?.[1] ?? ''
  if (noun === 'permissions') return 'nobody:nothing'
  if (NAMED.test(parameter) || noun === 'providers') return 'nobody'
  return NOBODY_ID.replace(/^usr/, PREFIXES[noun] ?? 'usr')
}

/** The path with `id` in the place of its parameter. What lies below it keeps an id that no row has. */
export const pathFor = ({ path }: Pick<Route, 'path'>, id?: string): string =>
  path.replace(/:(\w+)/g, (_, parameter: string) =>
    parameter === 'secretId' || parameter === 'deliveryId'
      ? nobodys(path, parameter)
      : (id ?? nobodys(path, parameter)),
  )

/** The path with this organisation in the place of `/v1/orgs/:id`. */
export const inOrg = (path: string, orgId: string): string => path.replace(/^\/v1\/orgs\/:id/, `/v1/orgs/${orgId}`)

/** A body the schema accepts, from its examples. */
export function validBody(body: TObject): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body.properties).map(([name, schema]) => [name, sample(schema)]))
}

function sample(schema: TSchema): unknown {
  const [example] = Array.isArray(schema.examples) ? schema.examples : []
  if (example !== undefined) return example
  if (KindGuard.IsUnion(schema)) return schema.anyOf[0] && sample(schema.anyOf[0])
  if (KindGuard.IsLiteral(schema)) return schema.const
  if (KindGuard.IsString(schema)) return 'x'.repeat(Math.max(8, schema.minLength ?? 0))
  if (KindGuard.IsBoolean(schema)) return false
  if (KindGuard.IsInteger(schema) || KindGuard.IsNumber(schema)) return schema.minimum ?? 1
  if (KindGuard.IsArray(schema)) return []
  if (KindGuard.IsRecord(schema)) return {}
  if (KindGuard.IsObject(schema)) return validBody(schema)
  throw new Error(`no sample for a schema of kind ${JSON.stringify(schema)}: add one to test/http/support/routes.ts`)
}
