import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { userById } from '../users/queries.ts'
import { rightsOver } from '../users/rights.ts'
import { endFamiliesOf, endGrantOf } from './queries.ts'

type EndDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>
interface Ended {
  userId: string
  grantId: string
}

/**
 * Ends what a person allowed a client, with every token below it. One round trip. This process refuses the tokens from the
 * next request, every other one within a second. Throws `grant.not_found`, also for the grant of another person.
 */
export async function endGrant(deps: EndDeps, cause: Cause, { userId, grantId }: Ended): Promise<void> {
  const { grants } = await commit(deps, endingGrant(deps, cause, { userId, grantId }))
  if (grants.length === 0) throw problem('grant.not_found')
}

/** The same for an administrator. Throws `user.not_found`, `user.exceeds_own`, `grant.not_found`. */
export async function endGrantOfUser(deps: EndDeps, cause: Cause, { userId, grantId }: Ended): Promise<void> {
  const rights = await rightsOver(deps, cause, userId)
  const { grants, found } = await commit(deps, {
    ...endingGrant(deps, cause, { userId, grantId }, rights.only),
    found: userById(deps.db, userId),
  })
  const [user] = found
  if (user === undefined) throw problem('user.not_found')
  if (rights.exceededBy(user)) throw rights.refusal(user)
  if (grants.length === 0) throw problem('grant.not_found')
}

function endingGrant(deps: EndDeps, cause: Cause, { userId, grantId }: Ended, only?: Parameters<typeof endGrantOf>[2]) {
  const { db, clock } = deps
  const now = clock.now()
  const ended = newEvent(deps, cause, 'grant.ended', { userId, data: { grantId } })
  return {
    grants: recorded(endGrantOf(db, { id: grantId, userId, now }, only), ended, [grantId]),
    families: endFamiliesOf(db, grantId, now, ended),
  }
}
