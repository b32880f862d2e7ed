/**
 * Does a bulk action, one slice in each job. A slice is one commit: the acts on some accounts, the cursor behind them, their
 * count, and the job of the next slice. It begins by taking its turn, a random value that only its job knows, and every
 * other statement of the batch asks for the turn. So a process that is killed, and two that do the same job, neither
 * repeat nor skip an account.
 */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { SQL } from 'drizzle-orm'
import { actorOfJob } from '../../core/authz/actor-of-job.ts'
import { type Authority, authorityOf, exceeds } from '../../core/authz/authority.ts'
import { holdsOnly, unknownRoles } from '../../core/authz/authority-queries.ts'
import { isAllowed } from '../../core/authz/authorize.ts'
import { scopesById } from '../../core/authz/load-scopes.ts'
import { INSTANCE } from '../../core/authz/scope.ts'
import { commit, recorded, type Step, type Steps } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import type { Cause, NewEvent } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import type { ErrorCode } from '../../errors.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import { queueJob } from '../jobs/queue-job.ts'
import type { QueuedJob } from '../jobs/run-queue.ts'
import { resettingFactors } from '../mfa/reset-factors.ts'
import { type ActOn, changingRole, deleting, disabling, enabling, endingSessions } from '../users/acts.ts'
import { hasFactor } from '../users/factor-queries.ts'
import { userById } from '../users/queries.ts'
import { grantsNothing } from '../users/rights.ts'
import { edgeAfter, type Matching, matchingUsers, stillMatches, surveyMatching } from './match-queries.ts'
import {
  allOf,
  type BulkActionRow,
  bulkActionToRun,
  countSlice,
  hasTurn,
  isAtVersion,
  needsAct,
  takeTurn,
  totalsOf,
} from './queries.ts'
import { readMatching } from './read-matching.ts'
import { type Action, BulkFilter } from './schema.ts'
import { MOST_COUNTED, newTurn } from './service.ts'

/** It is encrypted, and deleted with its job: a filter may name a person. */
const BulkPayload = Type.Object({ id: Type.String(), turn: Type.String(), filter: BulkFilter })
export type BulkPayload = Static<typeof BulkPayload>

/** Other writers wait for a slice, for some ms. */
const SLICE = 100
/** A slice looks at this many accounts at most. */
const WALK = 20_000
/** How often a slice begins anew, because its initiator was changed while it was prepared. */
const ATTEMPTS = 5

interface Target extends Omit<ActOn, 'data'> {
  email: string
  role: string
  data: Record<string, unknown>
}
interface Act {
  event: NewEvent
  steps: Steps
}

const acts: Record<Action, (deps: Deps, cause: Cause, target: Target) => Act | Promise<Act>> = {
  disable: disabling,
  enable: enabling,
  delete: (deps, cause, { email, ...target }) => deleting(deps, cause, { ...target, tell: email }),
  end_sessions: endingSessions,
  // Without a factor there is nothing to reset, and nothing to tell the owner.
  reset_factors: (deps, cause, { only, ...target }) =>
    resettingFactors(deps, cause, { ...target, only: allOf(only, hasFactor(target.id)) }),
  add_role: (deps, cause, target) => changingRole(deps, cause, { ...target, given: true }),
  remove_role: (deps, cause, target) => changingRole(deps, cause, { ...target, given: false }),
}

/** The handler of `bulk-action` jobs. A repetition changes nothing. */
export async function runBulkAction(deps: Deps, { payload }: QueuedJob): Promise<void> {
  if (!Value.Check(BulkPayload, payload)) throw new PermanentFailure('no bulk action of ours')
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [row] = await bulkActionToRun(deps.db, payload.id)
    if (row === undefined || row.turn !== payload.turn || row.finishedAt !== null) return
    if (await runSlice(deps, row, payload)) return
  }
  throw new Error('the initiator of the bulk action is being changed')
}

/** False if the turn was not taken. */
async function runSlice(deps: Deps, row: BulkActionRow, payload: BulkPayload): Promise<boolean> {
  const { db } = deps
  const standing = await standingOf(deps, row)
  if ('reason' in standing) return fail(deps, row, standing.cause, standing.reason)
  const { cause, authority, unchanged } = standing
  const matching = matchingOf(deps, payload.filter, row.actorId)
  if (matching === undefined) return fail(deps, row, cause, 'request.invalid')

  const total = row.state === 'pending' ? await totalOf(deps, matching, row.upTo) : row.total
  const { found, cursor } = await nextUsers(deps, matching, row)
  const { id, role } = row
  const turn = newTurn(deps)
  const hasTaken = hasTurn(id, turn)
  const done = await Promise.all(
    found.map((user) => {
      const only: SQL | undefined = allOf(
        hasTaken,
        holdsOnly(authority, user.id),
        stillMatches(matching.filter, user.id),
      )
      return acts[row.action](deps, cause, { ...user, role: role ?? '', only, data: { bulkAction: id } })
    }),
  )
  const isLast = cursor === row.upTo
  const filter = unreached(payload.filter, cursor)
  const next = { kind: 'bulk-action', userId: null, payload: { id, turn, filter } satisfies BulkPayload }
  const slice = {
    userIds: found.map((user) => user.id),
    eventIds: done.map(({ event }) => event.id),
    needs: needsAct(row.action, role),
  }
  const { taken } = await commit(deps, {
    taken: takeTurn(db, id, row.turn, { turn, cursor, total, state: 'running' }, unchanged),
    acts: done.flatMap(({ steps }) => Object.values<Steps[string]>(steps).flatMap(listOf)),
    counted: countSlice(db, { id, turn }, slice),
    ended: isLast ? ending(deps, { ...row, turn }, cause) : undefined,
    next: isLast ? undefined : await queueJob(deps, next, hasTaken),
  })
  return taken.length > 0
}

const listOf = (step: Steps[string]): readonly Step[] => {
  if (step === undefined) return []
  return isList(step) ? step : [step]
}
/** `Array.isArray`, which does not narrow readonly arrays. */
const isList = (step: Step | readonly Step[]): step is readonly Step[] => Array.isArray(step)

/** Ends the bulk action if `row.turn` is its turn. */
function ending(deps: Deps, { id, turn }: Pick<BulkActionRow, 'id' | 'turn'>, cause: Cause, reason?: ErrorCode) {
  const { db, clock } = deps
  const finished = newEvent(deps, cause, 'bulk_action.finished', {
    data: totalsOf(id),
    ...(reason === undefined ? {} : { result: 'failure' }),
  })
  const state = reason === undefined ? 'done' : 'failed'
  return recorded(takeTurn(db, id, turn, { state, reason: reason ?? null, finishedAt: clock.now() }), finished)
}

async function fail(deps: Deps, row: BulkActionRow, cause: Cause, reason: ErrorCode): Promise<boolean> {
  const { ended } = await commit(deps, { ended: ending(deps, row, cause, reason) })
  return ended.length > 0
}

type Standing =
  | {
      cause: Cause
      authority: Authority
      /** For the batch: the initiator is still who was judged. Undefined: the operator of the machine. */
      unchanged: SQL | undefined
    }
  | { cause: Cause; reason: ErrorCode }

/** What the initiator may do now. They may have been disabled or deleted, or have lost a role. */
async function standingOf(deps: Deps, { actorId, orgId, requestId, role }: BulkActionRow): Promise<Standing> {
  const { db } = deps
  if (role !== null && (await unknownRoles(db, [role], null)).length > 0)
    return { cause: { ...systemCause, actorId, orgId, requestId }, reason: 'role.not_found' }
  if (actorId === null) {
    const cause = { ...systemCause, requestId }
    return { cause, authority: { permissions: null, roles: null }, unchanged: undefined }
  }
  const [user] = await userById(db, actorId)
  const instance = (await scopesById(deps, [INSTANCE])).get(INSTANCE)
  const by = actorOfJob('bulk-action', actorId, user?.roles ?? [])
  const cause: Cause = { ...systemCause, by, actorId, orgId, requestId }
  if (user?.status !== 'active' || instance === undefined || !isAllowed(by, 'users:write', instance))
    return { cause, reason: 'auth.forbidden' }
  const authority = authorityOf(by, instance)
  if (role !== null && !grantsNothing([role]) && exceeds(authority.roles, [role]))
    return { cause, reason: 'role.exceeds_own' }
  return { cause, authority, unchanged: isAtVersion(actorId, user.version) }
}

/** Undefined if the filter has no meaning any more: METADATA_FILTER_KEY was removed. */
function matchingOf(deps: Deps, filter: BulkFilter, actorId: string | null): Matching | undefined {
  try {
    return readMatching(deps, filter, actorId)
  } catch (cause) {
    deps.log.error('the filter of a bulk action cannot be read', { cause })
    return undefined
  }
}

/** Null if there are too many accounts to count, or the database does not count them in time: the work needs no total. */
async function totalOf({ longReads, log }: Deps, matching: Matching, upTo: string): Promise<number | null> {
  try {
    const [found] = await surveyMatching(longReads, matching, upTo, MOST_COUNTED)
    return found?.exact ? found.matched : null
  } catch (cause) {
    log.warning('the users of a bulk action were not counted', { cause })
    return null
  }
}

/** The accounts of the slice, and how far they go: to `upTo` in the last slice. */
async function nextUsers({ longReads }: Deps, matching: Matching, { cursor: after, upTo }: BulkActionRow) {
  const [edge] = matching.userIds === undefined ? await edgeAfter(longReads, { after, upTo }, WALK) : []
  const end = edge?.id ?? upTo
  const found = await matchingUsers(longReads, matching, { after, upTo: end }, SLICE)
  const full = found.length === SLICE ? found.at(-1)?.id : undefined
  return { found, cursor: full ?? end }
}

/** The filter without the accounts that were reached. */
const unreached = ({ userIds, ...filter }: BulkFilter, cursor: string): BulkFilter =>
  userIds === undefined ? filter : { ...filter, userIds: userIds.filter((id) => id > cursor) }
