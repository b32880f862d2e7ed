import { commit, type Step } from '../../core/events/commit.ts'
import type { BatchOfWork } from '../../core/feature.ts'
import { outdatedPrefix, resealed } from '../../core/hooks/secrets.ts'
import { resealWebhook, webhooksSealedUnder } from './queries.ts'

/** Encrypts secrets again after a change of APP_SECRET. It needs the earlier one in APP_SECRET_PREVIOUS, else it does nothing. */
export const resealWebhooks: BatchOfWork = async (deps, _now, limit) => {
  const { db } = deps
  const prefix = await outdatedPrefix(deps)
  const rows = prefix === undefined ? [] : await webhooksSealedUnder(db, prefix, limit)
  const steps: Step[] = []
  for (const row of rows) {
    const sealed = await resealed(deps, row.id, row)
    if (sealed) steps.push(resealWebhook(db, row.id, row.secret, sealed))
  }
  await commit(deps, steps)
  return { webhookSecrets: steps.length }
}
