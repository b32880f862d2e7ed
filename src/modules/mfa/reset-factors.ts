import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { endSessionsOfUser } from '../sessions/queries.ts'
import { factorsChanged, type OwnFactorDeps } from './own-factors.ts'
import { touchUser } from '../users/factor-queries.ts'
import { deleteAllPasskeys, deleteAllSeeds } from './own-queries.ts'
import { deleteCodes } from './recovery-queries.ts'

/**
 * Removes every second factor of a user who has lost them: app, passkeys, recovery codes, remembered devices. One round
 * trip. The sessions of the user end, because a finder of the lost device may hold one. The first factors stay, and the
 * owner is notified by mail. Throws `user.not_found`, `auth.fresh_session_required`.
 */
export async function resetFactors(
  deps: OwnFactorDeps & Pick<Deps, 'db'>,
  cause: Cause,
  userId: string,
): Promise<void> {
  cause.requireFresh()
  const { db, clock } = deps
  const now = clock.now()
  const reset = newEvent(deps, cause, 'mfa.reset', { userId })
  const { touched } = await commit(deps, {
    touched: recorded(touchUser(db, userId, now), reset),
    seeds: deleteAllSeeds(db, userId, reset),
    passkeys: deleteAllPasskeys(db, userId, reset),
    codes: deleteCodes(db, userId, reset),
    sessions: endSessionsOfUser(db, userId, now, happened(reset)),
    changed: await factorsChanged(deps, cause, userId, reset, { template: 'factors-reset', data: { at: now } }),
  })
  if (touched.length === 0) throw problem('user.not_found')
}
