/** What the operator of the machine does with service accounts. No permission limits them. */
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { always } from '../../core/events/queries.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { accountById, listAccounts, listEveryAccount, updateAccount } from './queries.ts'
import type { AccountRow } from './schema.ts'

/** Newest first. Without an organisation, the accounts of the instance and of every organisation. */
export const pageOfEveryAccount = (
  { db }: Pick<Deps, 'db'>,
  orgId: string | undefined,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<AccountRow>> =>
  readNewest(page, (before, limit) =>
    orgId === undefined ? listEveryAccount(db, before, limit) : listAccounts(db, orgId, before, limit),
  )

/** Two round trips. Throws `serviceaccount.not_found`. */
export async function setAccountStatus(
  deps: Pick<Deps, 'db' | 'principals' | 'clock' | 'random'>,
  id: string,
  status: 'active' | 'disabled',
): Promise<AccountRow> {
  const { db, clock } = deps
  const [before] = await accountById(db, id)
  if (before === undefined) throw problem('serviceaccount.not_found')
  const updated = newEvent(deps, systemCause, 'service_account.updated', {
    orgId: before.orgId,
    data: { serviceAccountId: id, fields: ['status'], status },
  })
  const { found } = await commit(deps, {
    changed: recorded(
      updateAccount(db, id, { status }, { versions: undefined, condition: always, now: clock.now() }),
      updated,
      [id],
    ),
    found: accountById(db, id),
  })
  const [account] = found
  if (account === undefined) throw problem('serviceaccount.not_found')
  return account
}
