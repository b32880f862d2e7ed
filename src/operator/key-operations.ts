/** The operations on API keys and service accounts behind the commands. */
import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../deps.ts'
import { DAY_MS } from '../lib/durations.ts'
import { iso } from '../lib/iso-time.ts'
import { createAccountKey, pageOfKeys } from '../modules/api-keys/operate-keys.ts'
import { revokeAnyKey } from '../modules/api-keys/revoke-key.ts'
import { type ApiKey, ApiKeyId, CreateApiKey, type CreatedApiKey, toApiKey } from '../modules/api-keys/schema.ts'
import { pageOfEveryAccount, setAccountStatus } from '../modules/service-accounts/operate-accounts.ts'
import { type ServiceAccount, ServiceAccountId, toServiceAccount } from '../modules/service-accounts/schema.ts'
import { UserId } from '../modules/users/schema.ts'
import { every } from './every-page.ts'
import { parse } from './parse-input.ts'

const OrgId = Type.String({ pattern: '^org_[0-9a-f]{32}$', description: 'The id of an organisation.' })

const KeyList = Type.Object(
  {
    userId: Type.Optional(UserId),
    orgId: Type.Optional(OrgId),
    serviceAccountId: Type.Optional(ServiceAccountId),
  },
  { additionalProperties: false },
)
const { name, scopes, form } = CreateApiKey.properties
const NewAccountKey = Type.Object(
  {
    serviceAccountId: ServiceAccountId,
    name,
    scopes,
    form,
    /** Absent: the key does not expire. */
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_600 })),
  },
  { additionalProperties: false },
)
const OneKey = Type.Object({ id: ApiKeyId }, { additionalProperties: false })
const AccountList = Type.Object({ orgId: Type.Optional(OrgId) }, { additionalProperties: false })
const AccountStatus = Type.Object(
  { id: ServiceAccountId, status: Type.Union([Type.Literal('active'), Type.Literal('disabled')]) },
  { additionalProperties: false },
)

/** The input and the items of these operations. */
export interface KeyOperations {
  'api-keys.list': { input: Static<typeof KeyList>; item: ApiKey }
  'api-keys.create': { input: Static<typeof NewAccountKey>; item: CreatedApiKey }
  'api-keys.revoke': { input: Static<typeof OneKey>; item: { id: string } }
  'service-accounts.list': { input: Static<typeof AccountList>; item: ServiceAccount }
  'service-accounts.set-status': { input: Static<typeof AccountStatus>; item: ServiceAccount }
}

export const keyOperations = {
  async *'api-keys.list'(deps: Deps, input: unknown) {
    const filter = parse(KeyList, input)
    for await (const key of every((page) => pageOfKeys(deps, filter, page))) yield { item: toApiKey(key) }
  },
  async *'api-keys.create'(deps: Deps, input: unknown) {
    const { days, ...key } = parse(NewAccountKey, input)
    const expiry = days === undefined ? {} : { expiresAt: iso(deps.clock.now() + days * DAY_MS) }
    yield { item: await createAccountKey(deps, { ...key, ...expiry }) }
  },
  async *'api-keys.revoke'(deps: Deps, input: unknown) {
    const { id } = parse(OneKey, input)
    await revokeAnyKey(deps, id)
    yield { item: { id } }
  },
  async *'service-accounts.list'(deps: Deps, input: unknown) {
    const { orgId } = parse(AccountList, input)
    for await (const account of every((page) => pageOfEveryAccount(deps, orgId, page)))
      yield { item: toServiceAccount(account) }
  },
  async *'service-accounts.set-status'(deps: Deps, input: unknown) {
    const { id, status } = parse(AccountStatus, input)
    yield { item: toServiceAccount(await setAccountStatus(deps, id, status)) }
  },
}
