import { commit } from '../../core/events/commit.ts'
import type { BatchOfWork } from '../../core/feature.ts'
import { deleteOldRevocations } from '../../core/revocations/queries.ts'

/** Kept for an hour more, so that a clock that is a little ahead deletes nothing that still matters. */
const MARGIN_MS = 3_600_000

/** Writes no event: what the rows say happened long ago. */
export const sweepRevocations: BatchOfWork = async (deps, now, limit) => {
  const accessTtlMs = deps.config.accessTtlSeconds * 1000
  const { deleted } = await commit(deps, {
    deleted: deleteOldRevocations(deps.db, now - MARGIN_MS, limit, accessTtlMs),
  })
  return { revocations: deleted.rowsAffected }
}
