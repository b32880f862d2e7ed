import { commit, type Step } from '../../core/events/commit.ts'
import type { BatchOfWork } from '../../core/feature.ts'
import { outdatedPrefix, resealed } from '../../core/hooks/secrets.ts'
import { actionsSealedUnder, resealAction } from './queries.ts'

/**
 * Encrypts secrets again after a change of APP_SECRET. It needs the earlier one in APP_SECRET_PREVIOUS, else it does nothing. What
 * is in the memory of servers stays valid: each of them has both.
 */
export const resealActions: BatchOfWork = async (deps) => {
  const { db } = deps
  const prefix = await outdatedPrefix(deps)
  const rows = prefix === undefined ? [] : await actionsSealedUnder(db, prefix)
  const steps: Step[] = []
  for (const row of rows) {
    const sealed = await resealed(deps, row.id, row)
    if (sealed) steps.push(resealAction(db, row.id, row.secret, sealed))
  }
  await commit(deps, steps)
  return { actionSecrets: steps.length }
}
