import type { Deps } from '../../deps.ts'
import { matchTotp } from './totp.ts'
import { openSeed } from './seeds.ts'
import type { StoredSeed, UsedStep } from './totp-queries.ts'

/**
 * Compares a code with the seed that was read. Returns what to write in order to use it up, or undefined for a wrong
 * code. Nothing is used up yet: of many requests with the same code at once, one gets it written (`useStep`).
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
