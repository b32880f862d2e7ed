/** Sets up, changes and ends actions. Each change counts from the next request on. */
import { newHookSecret, sealHookSecret } from '../../core/hooks/secrets.ts'
import { hookUrlFault } from '../../core/hooks/targets.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { overlapOf } from '../../core/rotation/overlap.ts'
import { ALL_ACTIONS } from './in-force.ts'
import {
  type ActionRow,
  actionById,
  actionOfKey,
  deleteAction,
  insertAction,
  replaceSecret,
  updateAction,
} from './queries.ts'
import { type CreateAction, MAX_TIMEOUT_MS, type UpdateAction } from './schema.ts'

type ManageDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'fetchPublic'>

const FORGET = [ALL_ACTIONS]

/** Throws `action.url_refused`. The detail does not repeat the URL. */
function assertTarget(deps: ManageDeps, url: string): void {
  const fault = hookUrlFault(deps, url)
  if (fault !== undefined) throw problem('action.url_refused', { detail: `The URL is refused: ${fault}.` })
}

/**
 * Sets up an action. The secret is undefined for a repeat with the same key. One round trip. Throws `action.url_refused`,
 * `action.limit_reached`, `auth.fresh_session_required`, `idempotency.key_reused`, and `action.not_found` for a repeat after
 * the deletion.
 */
export async function createAction(
  deps: ManageDeps,
  cause: Cause,
  asked: CreateAction,
  key?: IdempotencyKey,
): Promise<{ action: ActionRow; secret: string | undefined }> {
  cause.requireFresh()
  assertTarget(deps, asked.url)
  const { db, clock, random } = deps
  const id = random.id('act')
  const secret = newHookSecret(deps)
  const now = clock.now()
  const action: ActionRow = {
    id,
    trigger: asked.trigger,
    url: asked.url,
    name: asked.name ?? '',
    enabled: asked.enabled ?? true,
    onFailure: asked.onFailure ?? 'deny',
    timeoutMs: asked.timeoutMs ?? MAX_TIMEOUT_MS,
    secret: await sealHookSecret(deps, secret, id),
    previousSecret: null,
    previousUntil: null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const { trigger, enabled, onFailure } = action
  const created = newEvent(deps, cause, 'action.created', { data: { action: id, trigger, enabled, onFailure } })
  const results = await commitOnce(
    deps,
    { key, event: created, subjectId: id },
    {
      inserted: recorded(insertAction(db, action), created, FORGET),
    },
  )
  if (!results) {
    const first = await replay(key, (of) => actionOfKey(db, of))
    if (!first.action) throw problem('action.not_found')
    return { action: first.action, secret: undefined }
  }
  if (results.inserted.length > 0) return { action, secret }
  throw problem('action.limit_reached')
}

/** Throws `action.not_found`. One round trip. */
export async function findAction({ db }: Pick<Deps, 'db'>, id: string): Promise<ActionRow> {
  const [action] = await actionById(db, id)
  if (!action) throw problem('action.not_found')
  return action
}

/**
 * Changes an action. One round trip. Throws `action.not_found`, `action.url_refused`, `auth.fresh_session_required`, and
 * `action.changed` if no version in `versions` (If-Match) is the current one.
 */
export async function changeAction(
  deps: ManageDeps,
  cause: Cause,
  id: string,
  changes: UpdateAction,
  versions?: readonly number[],
): Promise<ActionRow> {
  cause.requireFresh()
  if (changes.url !== undefined) assertTarget(deps, changes.url)
  const { db, clock } = deps
  const { enabled, onFailure } = changes
  const now = clock.now()
  const updated = newEvent(deps, cause, 'action.updated', {
    data: {
      action: id,
      fields: Object.keys(changes).sort(),
      ...(enabled === undefined ? {} : { enabled }),
      ...(onFailure === undefined ? {} : { onFailure }),
    },
  })
  const { written, found } = await commit(deps, {
    written: recorded(updateAction(db, id, changes, { versions, now }), updated, FORGET),
    found: actionById(db, id),
  })
  const [row] = found
  if (!row) throw problem('action.not_found')
  if (written.length > 0) return row
  throw problem('action.changed')
}

/**
 * Makes a new secret. Until `overlapUntil` the earlier one signs too, so that the program can be changed in between. Of two
 * requests at once one is refused: the secret of the other one would never have been used. Two round trips. Throws
 * `action.not_found`, `action.already_rotated`, `request.invalid`, `auth.fresh_session_required`.
 */
export async function rotateSecret(
  deps: ManageDeps,
  cause: Cause,
  id: string,
  overlapUntil: string | undefined,
): Promise<{ action: ActionRow; secret: string }> {
  cause.requireFresh()
  const { db, clock } = deps
  const secret = newHookSecret(deps)
  const now = clock.now()
  const until = overlapOf(overlapUntil, now)
  const previousUntil = until > now ? until : null
  const rotated = newEvent(deps, cause, 'action.secret_rotated', { data: { action: id } })
  const before = await findAction(deps, id)
  const sealed = await sealHookSecret(deps, secret, id)
  const change = { before: before.secret, secret: sealed, previousUntil, now }
  const { written, found } = await commit(deps, {
    written: recorded(replaceSecret(db, id, change), rotated, FORGET),
    found: actionById(db, id),
  })
  const [action] = found
  if (!action) throw problem('action.not_found')
  if (written.length > 0) return { action, secret }
  throw problem('action.already_rotated')
}

/** Throws `action.not_found`, `auth.fresh_session_required`. One round trip. */
export async function removeAction(deps: ManageDeps, cause: Cause, id: string): Promise<void> {
  cause.requireFresh()
  const deleted = newEvent(deps, cause, 'action.deleted', { data: { action: id } })
  const { removed } = await commit(deps, { removed: recorded(deleteAction(deps.db, id), deleted, FORGET) })
  if (removed.length === 0) throw problem('action.not_found')
}
