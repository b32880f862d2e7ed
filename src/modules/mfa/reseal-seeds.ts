import type { Deps } from '../../deps.ts'
import { commit, type Step } from '../../core/events/commit.ts'
import { openSeed, seedKeys } from './seeds.ts'
import { resealSeed, seedsUnderKey } from './totp-queries.ts'

/**
 * One batch of the job that encrypts seeds anew after APP_SECRET was changed, while APP_SECRET_PREVIOUS says what they
 * were encrypted under. Without that there is nothing to do; seeds under yet another secret are none of its business.
 * A seed used meanwhile was encrypted anew by that use: the row is changed only as it was read.
 */
export async function resealSeeds(
  deps: Pick<Deps, 'config' | 'db' | 'random' | 'principals'>,
  _now: number,
  limit: number,
): Promise<{ seeds: number }> {
  const [, previous] = await seedKeys(deps.config)
  const rows = previous === undefined ? [] : await seedsUnderKey(deps.db, previous.id, limit)
  const steps: Step[] = []
  for (const { userId, ...sealed } of rows) {
    const { resealed } = await openSeed(deps, userId, sealed)
    if (resealed) steps.push(resealSeed(deps.db, userId, sealed.secret, resealed))
  }
  await commit(deps, steps)
  return { seeds: steps.length }
}
