import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import type { Deps } from '../../deps.ts'
import { GRACE_MS } from './grace.ts'
import { deleteRowsOfOrg, dueOrgs, eraseOrg } from './sweep-queries.ts'

/** Organisations in one batch. Each takes seven statements. */
const ORGS_PER_BATCH = 10

/**
 * Erases organisations whose grace period has ended, with everything in them. Their events stay. An organisation with
 * more rows than `limit` takes several batches.
 */
export async function sweepOrgs(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>,
  now: number,
  limit: number,
) {
  const { db } = deps
  const before = now - GRACE_MS
  const due = await dueOrgs(db, before, Math.min(limit, ORGS_PER_BATCH))
  const { rows, erased } = await commit(deps, {
    rows: due.flatMap(({ id }) => deleteRowsOfOrg(db, id, before, limit)),
    erased: due.map(({ id }) =>
      recorded(eraseOrg(db, id, before), newEvent(deps, systemCause, 'org.erased', { orgId: id }), [id]),
    ),
  })
  return {
    organisations: erased.flat().length,
    rows: rows.reduce((sum, { rowsAffected }) => sum + rowsAffected, 0),
  }
}
