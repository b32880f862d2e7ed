import type { Deps } from '../../deps.ts'
import { commit, type Step } from '../../core/events/commit.ts'
import { openSeed, seedKeys } from './seeds.ts'
import { resealSeed, seedsUnderKey } from './totp-queries.ts'

/**
 * One batch of the job that encrypts seeds again after a change of APP_SECRET. It needs the old secret in
 * APP_SECRET_PREVIOUS, and does nothing without it. Seeds under any other secret stay as they are. If a seed was used
 * meanwhile, that use encrypted it again: a row is changed only if it is still as it was read.
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
