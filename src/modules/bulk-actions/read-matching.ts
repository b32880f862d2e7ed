import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { readFilter } from '../users/list-users.ts'
import type { Matching } from './match-queries.ts'
import type { BulkFilter } from './schema.ts'

const refused = (path: string, message: string) => problem('request.invalid', { errors: [{ path, message }] })

/**
 * The accounts that a filter means; never the one of the initiator. Throws `request.invalid` for a filter without a
 * criterion, unless it says `all`.
 */
export function readMatching(
  deps: Pick<Deps, 'config'>,
  { all, userIds, createdBefore, ...criteria }: BulkFilter,
  actorId: string | null,
): Matching {
  const named = Object.keys(criteria).length > 0 || userIds !== undefined || createdBefore !== undefined
  if (all === true && named) throw refused('/filter/all', 'Expected no other criterion beside it')
  if (all !== true && !named) throw refused('/filter', 'Expected a criterion, or {"all": true}')
  // A list takes white space for no search.
  if (criteria.q?.trim() === '') throw refused('/filter/q', 'Expected a word')
  const before = createdBefore === undefined ? undefined : Date.parse(createdBefore)
  if (Number.isNaN(before)) throw refused('/filter/createdBefore', 'Expected a time')
  return { filter: readFilter(deps, criteria), userIds, createdBefore: before, except: actorId }
}
