import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { endSessionsOfUser } from '../sessions/queries.ts'
import { factorsChanged, type OwnFactorDeps } from './own-factors.ts'
import type { ActOn } from '../users/acts.ts'
import { touchUser } from '../users/factor-queries.ts'
import { userById } from '../users/queries.ts'
import { rightsOver } from '../users/rights.ts'
import { deleteAllPasskeys, deleteAllSeeds } from './own-queries.ts'
import { deleteCodes } from './recovery-queries.ts'

/**
 * Removes every second factor of a user who has lost them: app, passkeys, recovery codes, remembered devices. One round
 * trip. The sessions of the user end, because a finder of the lost device may hold one. The first factors stay, and the
 * owner is notified by mail. Throws `user.not_found`, `user.exceeds_own`, `auth.fresh_session_required`.
 */
export async function resetFactors(
  deps: OwnFactorDeps & Pick<Deps, 'db'>,
  cause: Cause,
  userId: string,
): Promise<void> {
  cause.requireFresh()
  const rights = await rightsOver(deps, cause, userId)
  const { steps } = await resettingFactors(deps, cause, { id: userId, only: rights.only })
  const { changed, found } = await commit(deps, { ...steps, found: userById(deps.db, userId) })
  const [user] = found
  if (changed.length === 0) throw user ? rights.refusal(user) : problem('user.not_found')
}

/** The statements of the reset, which a bulk action uses too. */
export async function resettingFactors(deps: OwnFactorDeps, cause: Cause, { id, only, data = {} }: ActOn) {
  const { db, clock } = deps
  const now = clock.now()
  const event = newEvent(deps, cause, 'mfa.reset', { userId: id, data })
  return {
    event,
    steps: {
      changed: recorded(touchUser(db, id, now, only), event),
      seeds: deleteAllSeeds(db, id, event),
      passkeys: deleteAllPasskeys(db, id, event),
      codes: deleteCodes(db, id, event),
      sessions: endSessionsOfUser(db, id, now, happened(event)),
      others: await factorsChanged(deps, cause, id, event, { template: 'factors-reset', data: { at: now } }),
    },
  }
}
