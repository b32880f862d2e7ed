/** Bulk actions: try one, start it, watch it, cancel it. `run-slice.ts` does it. */
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { assertMayGiveRoles, authorityInInstance } from '../../core/authz/authority.ts'
import { unknownRoles } from '../../core/authz/authority-queries.ts'
import { isAllowed } from '../../core/authz/authorize.ts'
import { forbidden } from '../../core/authz/forbidden.ts'
import { instanceIn, scopesById } from '../../core/authz/load-scopes.ts'
import { INSTANCE } from '../../core/authz/scope.ts'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import { base64url } from '../../lib/encoding.ts'
import { queueJob } from '../jobs/queue-job.ts'
import { grantsNothing } from '../users/rights.ts'
import { PAST_ALL, surveyMatching } from './match-queries.ts'
import {
  bulkActionById,
  bulkActionOfKey,
  cancelBulkAction,
  insertBulkAction,
  listBulkActions,
  type ShownBulkAction,
} from './queries.ts'
import { readMatching } from './read-matching.ts'
import type { BulkPayload } from './run-slice.ts'
import type { DryRun, ListBulkActions, StartBulkAction } from './schema.ts'

type WriteDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'queue'>

/** A count looks at this many accounts at most. One takes about 1 µs. */
export const MOST_COUNTED = 1_000_000

/** Holds 96 random bits. */
export const newTurn = ({ random }: Pick<Deps, 'random'>): string => base64url(random.bytes(12))

/**
 * What may be refused before anything is read: a role that the act does not take, or whose permissions the caller lacks, and
 * a caller who may change accounts and not see them, who would learn from the numbers what they hold.
 */
async function assertMayAsk(
  deps: Pick<Deps, 'db' | 'principals'>,
  { by }: Pick<Cause, 'by'>,
  { action, role }: StartBulkAction,
): Promise<void> {
  const takesRole = action === 'add_role' || action === 'remove_role'
  if (takesRole !== (role !== undefined)) {
    const message = takesRole ? 'Expected the role' : 'Expected no role for this action'
    throw problem('request.invalid', { errors: [{ path: '/role', message }] })
  }
  if (by === null) throw problem('auth.forbidden')
  if (by !== 'operator') {
    const instance = instanceIn(await scopesById(deps, [INSTANCE])) // from memory after a guard has asked
    if (!isAllowed(by, 'users:read', instance)) throw forbidden(by, 'users:read', instance)
  }
  if (role !== undefined && !grantsNothing([role])) assertMayGiveRoles(await authorityInInstance(deps, { by }), [role])
}

/**
 * How many accounts match now. Reads where it blocks no other request. Throws `request.invalid`, `auth.forbidden`,
 * `role.exceeds_own`.
 */
export async function tryBulkAction(
  deps: Pick<Deps, 'config' | 'db' | 'longReads' | 'principals'>,
  cause: Pick<Cause, 'by' | 'actorId'>,
  asked: StartBulkAction,
): Promise<DryRun> {
  await assertMayAsk(deps, cause, asked)
  const matching = readMatching(deps, asked.filter, cause.actorId)
  const [found] = await surveyMatching(deps.longReads, matching, PAST_ALL, MOST_COUNTED)
  return {
    matched: found?.matched ?? 0,
    exact: found?.exact ?? true,
    sample: JSON.parse(found?.sample ?? '[]') as DryRun['sample'], // as the statement makes it
  }
}

/**
 * Starts a bulk action, in one round trip: its row, its event and its first job. Throws the errors of `tryBulkAction`,
 * `auth.fresh_session_required`, `bulk.limit_reached`, `idempotency.key_reused`.
 */
export async function startBulkAction(
  deps: WriteDeps,
  cause: Cause,
  asked: StartBulkAction,
  key?: IdempotencyKey,
): Promise<ShownBulkAction> {
  cause.requireFresh()
  await assertMayAsk(deps, cause, asked)
  const { action, role, filter } = asked
  readMatching(deps, filter, cause.actorId) // throws now what would fail the first slice
  const { db, clock, random } = deps
  const { actorId, orgId, requestId } = cause
  const id = random.id('blk')
  const turn = newTurn(deps)
  const filteredBy = Object.keys(filter).sort()
  const started = newEvent(deps, cause, 'bulk_action.started', {
    data: { bulkAction: id, action, filteredBy, ...(role === undefined ? {} : { role }) },
  })
  const row = { id, action, role: role ?? null, filteredBy, actorId, orgId, requestId, turn, createdAt: clock.now() }
  const payload: BulkPayload = { id, turn, filter }
  const results = await commitOnce(
    deps,
    { key, event: started, subjectId: id },
    {
      inserted: recorded(insertBulkAction(db, row), started),
      job: await queueJob(deps, { kind: 'bulk-action', userId: null, payload, eventId: started.id }, happened(started)),
      unknown: role === undefined ? undefined : unknownRoles(db, [role], null),
      found: bulkActionById(db, id),
    },
  )
  if (!results) return replayed(deps, key)
  const [found] = results.found
  if (found) return found
  if ((results.unknown ?? []).length === 0) throw problem('bulk.limit_reached')
  const message = 'Expected the name of a role that exists'
  throw problem('request.invalid', { errors: [{ path: '/role', message }] })
}

/** One page, the newest first. Throws the errors of `readPage`. */
export const pageOfBulkActions = ({ db }: Pick<Deps, 'db'>, query: ListBulkActions): Promise<Page<ShownBulkAction>> =>
  readNewest(query, (before, rows) => listBulkActions(db, before, rows))

/** Throws `bulk.not_found`. */
export async function bulkAction({ db }: Pick<Deps, 'db'>, id: string): Promise<ShownBulkAction> {
  const [found] = await bulkActionById(db, id)
  if (!found) throw problem('bulk.not_found')
  return found
}

/**
 * Ends a bulk action before its next slice. What it has changed stays changed. A repetition changes nothing. Throws
 * `bulk.not_found`, `bulk.finished` if it is done or failed; `idempotency.key_reused`.
 */
export async function stopBulkAction(
  deps: WriteDeps,
  cause: Cause,
  id: string,
  key?: IdempotencyKey,
): Promise<ShownBulkAction> {
  const { db, clock } = deps
  const event = newEvent(deps, cause, 'bulk_action.cancelled', { data: { bulkAction: id } })
  const results = await commitOnce(
    deps,
    { key, event, subjectId: id },
    {
      cancelled: recorded(cancelBulkAction(db, id, clock.now()), event),
      found: bulkActionById(db, id),
    },
  )
  if (!results) return replayed(deps, key)
  const [found] = results.found
  if (!found) throw problem('bulk.not_found')
  if (found.state !== 'cancelled') throw problem('bulk.finished')
  return found
}

/** The present state of the bulk action of an earlier request. Throws `bulk.not_found` after it was deleted. */
async function replayed({ db }: Pick<Deps, 'db'>, key: IdempotencyKey | undefined): Promise<ShownBulkAction> {
  const { bulkAction: found } = await replay(key, (name) => bulkActionOfKey(db, name))
  if (!found) throw problem('bulk.not_found')
  return found
}
