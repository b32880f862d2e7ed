/** What a person chose for each kind of notification. */
import { readTogether } from '../../../db/statements.ts'
import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, noteEventIf } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { changesChoices, preferencesOf, receivedKinds, removeChoices, storeChoices } from './own-queries.ts'
import { ANY_KIND, DEFAULT_DELIVERY, type Delivery, type Preferences, type UpdatePreferences } from './schema.ts'

type Choice = { kind: string; delivery: Delivery }

function toPreferences(chosen: readonly Choice[], received: readonly { kind: string }[]): Preferences {
  return {
    default: chosen.find(({ kind }) => kind === ANY_KIND)?.delivery ?? DEFAULT_DELIVERY,
    kinds: Object.fromEntries(chosen.flatMap(({ kind, delivery }) => (kind === ANY_KIND ? [] : [[kind, delivery]]))),
    received: received.map(({ kind }) => kind),
  }
}

/** One round trip. */
export async function readPreferences({ db }: Pick<Deps, 'db'>, userId: string): Promise<Preferences> {
  const [chosen, received] = await readTogether(db, [preferencesOf(db, userId), receivedKinds(db, userId)])
  return toPreferences(chosen, received)
}

/**
 * Counts for what is sent from then on. What is in the list stays there. One round trip. Throws
 * `notification.too_many_preferences`.
 */
export async function updatePreferences(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>,
  cause: Cause,
  { userId, sessionId }: { userId: string; sessionId: string },
  { default: forOthers, kinds = {} }: UpdatePreferences,
): Promise<Preferences> {
  const { db } = deps
  const removed = Object.keys(kinds).filter((kind) => kinds[kind] === null)
  const choices: Record<string, Delivery> = Object.fromEntries([
    ...Object.entries(kinds).flatMap(([kind, delivery]) => (delivery === null ? [] : [[kind, delivery] as const])),
    ...(forOthers === undefined ? [] : [[ANY_KIND, forOthers] as const]),
  ])
  const changed = newEvent(deps, cause, 'notification.preferences_changed', {
    userId,
    sessionId,
    orgId: null,
    data: { kinds: [...Object.keys(choices), ...removed].sort() },
  })
  const { chosen, received } = await commit(deps, {
    noted: noteEventIf(db, changed, changesChoices(userId, choices, removed)),
    removed: removeChoices(db, userId, removed, changed),
    stored: storeChoices(db, userId, choices, changed),
    chosen: preferencesOf(db, userId),
    received: receivedKinds(db, userId),
  })
  const stored = new Map(chosen.map(({ kind, delivery }) => [kind, delivery]))
  // What was asked for is not there if it would be too many, or the account was deleted a moment ago.
  if (Object.entries(choices).some(([kind, delivery]) => stored.get(kind) !== delivery))
    throw problem(stored.size === 0 ? 'session.expired' : 'notification.too_many_preferences')
  return toPreferences(chosen, received)
}
