import type { Deps } from '../../deps.ts'
import { commit } from '../../core/events/commit.ts'
import { deriveOthers } from './metadata-queries.ts'

/**
 * The job: after a change of METADATA_FILTER_KEY, derives the columns of the filter for the new key, `limit` users in a
 * batch. It changes nothing that a user or an administrator sees, so it writes no event.
 */
export async function deriveMetadataFilter(deps: Deps, _now: number, limit: number): Promise<Record<string, number>> {
  const [below, above] = deriveOthers(deps.db, deps.config.variables.METADATA_FILTER_KEY ?? '', limit)
  const { below: first, above: second } = await commit(deps, { below, above })
  return { users: (first?.rowsAffected ?? 0) + (second?.rowsAffected ?? 0) }
}
