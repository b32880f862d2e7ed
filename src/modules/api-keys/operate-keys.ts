/** What the operator of the machine does with API keys. No permission limits them. */
import { systemCause } from '../../core/events/new-event.ts'
import { both } from '../../core/events/queries.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { accountById } from '../service-accounts/queries.ts'
import { expiryOf, networksOf } from './key-terms.ts'
import { accountIsIn, hasRoom, type KeyFilter, listKeys } from './queries.ts'
import type { CreateApiKey, CreatedApiKey, KeyRow } from './schema.ts'
import { EVERY_KEY } from './own-or-reached.ts'
import { type KeyDeps, storeKey } from './store-key.ts'

/** Keys that work, newest first. */
export const pageOfKeys = (
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  filter: KeyFilter,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<KeyRow>> =>
  readNewest(page, (before, limit) => listKeys(db, filter, { reach: EVERY_KEY, now: clock.now(), before, limit }))

export type AccountKey = Omit<CreateApiKey, 'orgId' | 'serviceAccountId'> & { serviceAccountId: string }

/**
 * A key of a service account. The operator makes no keys of people: those act as the person. Two round trips. Throws
 * `serviceaccount.not_found`, `apikey.too_many`, `request.invalid`.
 */
export async function createAccountKey(deps: KeyDeps, key: AccountKey): Promise<CreatedApiKey> {
  const now = deps.clock.now()
  const { serviceAccountId, name, scopes, form = 'opaque', metadata = {}, requestsPerMinute = null } = key
  const [account] = await accountById(deps.db, serviceAccountId)
  if (account === undefined) throw problem('serviceaccount.not_found')
  const owner = { userId: null, serviceAccountId, orgId: account.orgId }
  const created = await storeKey(
    deps,
    systemCause,
    {
      ...owner,
      roles: null,
      form,
      name,
      scopes,
      networks: networksOf(key.networks),
      requestsPerMinute,
      metadata,
      createdBy: null,
      expiresAt: expiryOf(form, key.expiresAt, now),
      replaces: null,
    },
    both(accountIsIn(serviceAccountId, account.orgId), hasRoom(owner, now)),
  )
  if (created === undefined) throw problem('apikey.too_many')
  return created
}
