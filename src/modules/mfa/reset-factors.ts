import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { endSessionsOfUser } from '../sessions/queries.ts'
import { factorsChanged, type OwnFactorDeps } from './own-factors.ts'
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
  const { db, clock } = deps
  const rights = await rightsOver(deps, cause, userId)
  const now = clock.now()
  const reset = newEvent(deps, cause, 'mfa.reset', { userId })
  const { touched, found } = await commit(deps, {
    touched: recorded(touchUser(db, userId, now, rights.only), reset),
    seeds: deleteAllSeeds(db, userId, reset),
    passkeys: deleteAllPasskeys(db, userId, reset),
    codes: deleteCodes(db, userId, reset),
    sessions: endSessionsOfUser(db, userId, now, happened(reset)),
    found: userById(db, userId),
    changed: await factorsChanged(deps, cause, userId, reset, { template: 'factors-reset', data: { at: now } }),
  })
  const [user] = found
  if (touched.length === 0) throw problem(user ? 'user.exceeds_own' : 'user.not_found')
}
