import type { Deps } from '../../deps.ts'
import { matchTotp } from './totp.ts'
import { openSeed } from './seeds.ts'
import type { StoredSeed, UsedStep } from './totp-queries.ts'

/**
 * Compares a code with a seed that was read: what to write in order to take it, or undefined for a wrong one. Nothing is
 * used up yet; of many who show the same code at once, one gets it written (`useStep`).
 */
export async function checkTotp(
  deps: Pick<Deps, 'config' | 'random' | 'clock'>,
  userId: string,
  read: StoredSeed,
  code: string,
): Promise<UsedStep | undefined> {
  const { seed, resealed } = await openSeed(deps, userId, read)
  const step = await matchTotp(seed, code, { now: deps.clock.now(), lastStep: read.lastStep })
  return step === undefined ? undefined : { userId, step, read, resealed }
}
