import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { endFamiliesOf, endGrantOf } from './queries.ts'

/**
 * Ends what a person allowed a client, with every token below it. One round trip. This process refuses the tokens from the
 * next request, every other one within a second. Throws `grant.not_found`, also for the grant of another person.
 */
export async function endGrant(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>,
  cause: Cause,
  { userId, grantId }: { userId: string; grantId: string },
): Promise<void> {
  const { db, clock } = deps
  const now = clock.now()
  const ended = newEvent(deps, cause, 'grant.ended', { userId, data: { grantId } })
  const { grants } = await commit(deps, {
    grants: recorded(endGrantOf(db, { id: grantId, userId, now }), ended, [grantId]),
    families: endFamiliesOf(db, grantId, now, ended),
  })
  if (grants.length === 0) throw problem('grant.not_found')
}
