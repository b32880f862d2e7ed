/** The operations on OAuth clients and resources behind the commands. */
import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../deps.ts'
import { MINUTE_MS } from '../lib/durations.ts'
import { toOAuthClient } from '../modules/oauth-clients/described.ts'
import { type ImportedRow, importClients } from '../modules/oauth-clients/import-clients.ts'
import { ImportedClient, MAX_IMPORTED_CLIENTS } from '../modules/oauth-clients/import-schema.ts'
import {
  addAnySecret,
  anyClient,
  createAnyClient,
  pageOfEveryClient,
  removeAnyClient,
  setClientStatus,
} from '../modules/oauth-clients/operate-clients.ts'
import {
  type CreatedClientSecret,
  type CreatedOAuthClient,
  type OAuthClient,
  OAuthClientParams,
} from '../modules/oauth-clients/schema.ts'
import {
  type ImportedResource,
  importResources,
  MAX_IMPORTED_RESOURCES,
  pageOfEveryResource,
  removeAnyResource,
} from '../modules/resources/operate-resources.ts'
import type { Resource } from '../modules/resources/schema.ts'
import { toResource } from '../modules/resources/service.ts'
import { every } from './every-page.ts'
import { parse } from './parse-input.ts'

const OrgId = Type.String({ pattern: '^org_[0-9a-f]{32}$', description: 'The id of an organisation.' })
const List = Type.Object({ orgId: Type.Optional(OrgId) }, { additionalProperties: false })
const OneClient = Type.Object({ id: OAuthClientParams.properties.id }, { additionalProperties: false })
const ClientStatus = Type.Object(
  { ...OneClient.properties, status: Type.Union([Type.Literal('active'), Type.Literal('disabled')]) },
  { additionalProperties: false },
)
const Rotation = Type.Object(
  {
    ...OneClient.properties,
    /** 0: the old secrets end at once. Absent: they stay. */
    overlapHours: Type.Optional(Type.Integer({ minimum: 0, maximum: 8784 })),
  },
  { additionalProperties: false },
)
const imported = (maxItems: number) =>
  Type.Object(
    { rows: Type.Array(Type.Unknown(), { maxItems }), dryRun: Type.Boolean() },
    { additionalProperties: false },
  )
const ImportedClients = imported(MAX_IMPORTED_CLIENTS)
const ImportedResources = imported(MAX_IMPORTED_RESOURCES)
const OneResource = Type.Object({ id: Type.String({ minLength: 1, maxLength: 500 }) }, { additionalProperties: false })

/** The input and the items of these operations. */
export interface ClientOperations {
  'oauth-clients.import': { input: Static<typeof ImportedClients>; item: { items: ImportedRow[] } }
  'oauth-clients.create': { input: Static<typeof ImportedClient>; item: CreatedOAuthClient }
  'oauth-clients.list': { input: Static<typeof List>; item: OAuthClient }
  'oauth-clients.show': { input: Static<typeof OneClient>; item: OAuthClient }
  'oauth-clients.set-status': { input: Static<typeof ClientStatus>; item: OAuthClient }
  'oauth-clients.delete': { input: Static<typeof OneClient>; item: { id: string } }
  'oauth-clients.rotate-secret': { input: Static<typeof Rotation>; item: CreatedClientSecret }
  'resources.import': { input: Static<typeof ImportedResources>; item: { items: ImportedResource[] } }
  'resources.list': { input: Static<typeof List>; item: Resource }
  'resources.delete': { input: Static<typeof OneResource>; item: { id: string } }
}

export const clientOperations = {
  async *'oauth-clients.import'(deps: Deps, input: unknown) {
    const { rows, dryRun } = parse(ImportedClients, input)
    yield { item: { items: await importClients(deps, rows, { dryRun }) } }
  },
  async *'oauth-clients.create'(deps: Deps, input: unknown) {
    const { client, secret } = await createAnyClient(deps, parse(ImportedClient, input))
    yield { item: { ...toOAuthClient(client), ...(secret === undefined ? {} : { clientSecret: secret }) } }
  },
  async *'oauth-clients.list'(deps: Deps, input: unknown) {
    const { orgId } = parse(List, input)
    for await (const client of every((page) => pageOfEveryClient(deps, orgId, page)))
      yield { item: toOAuthClient(client) }
  },
  async *'oauth-clients.show'(deps: Deps, input: unknown) {
    yield { item: toOAuthClient(await anyClient(deps, parse(OneClient, input).id)) }
  },
  async *'oauth-clients.set-status'(deps: Deps, input: unknown) {
    const { id, status } = parse(ClientStatus, input)
    yield { item: toOAuthClient(await setClientStatus(deps, id, status)) }
  },
  async *'oauth-clients.delete'(deps: Deps, input: unknown) {
    const { id } = parse(OneClient, input)
    await removeAnyClient(deps, id)
    yield { item: { id } }
  },
  async *'oauth-clients.rotate-secret'(deps: Deps, input: unknown) {
    const { id, overlapHours } = parse(Rotation, input)
    const overlapUntil = overlapHours === undefined ? undefined : deps.clock.now() + overlapHours * 60 * MINUTE_MS
    yield { item: await addAnySecret(deps, id, overlapUntil) }
  },
  async *'resources.import'(deps: Deps, input: unknown) {
    const { rows, dryRun } = parse(ImportedResources, input)
    yield { item: { items: await importResources(deps, rows, { dryRun }) } }
  },
  async *'resources.list'(deps: Deps, input: unknown) {
    const { orgId } = parse(List, input)
    for await (const resource of every((page) => pageOfEveryResource(deps, orgId, page)))
      yield { item: toResource(resource) }
  },
  async *'resources.delete'(deps: Deps, input: unknown) {
    yield { item: await removeAnyResource(deps, parse(OneResource, input).id) }
  },
}
