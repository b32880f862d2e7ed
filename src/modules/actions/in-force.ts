/** The actions in force, in memory: every sign-in asks for them, and most servers have none. */
import type { Deps } from '../../deps.ts'
import { type ActionRow, allActions, type Trigger } from './queries.ts'

/** The record of all actions has this id. A change names it in its batch (`recorded`), and every cache forgets it. */
export const ALL_ACTIONS = 'actions'

interface Kept {
  actions: readonly ActionRow[]
}

/** One round trip if they are not in memory: with a remote database they are read as often as a client or a role. */
export async function actionsInForce(
  { db, principals }: Pick<Deps, 'db' | 'principals'>,
  trigger: Trigger,
): Promise<readonly ActionRow[]> {
  const kept =
    principals.record<Kept>('actions', ALL_ACTIONS) ??
    (await principals.loadRecord<Kept>('actions', ALL_ACTIONS, async () => ({ actions: await allActions(db) })))
  return kept?.actions.filter((action) => action.trigger === trigger && action.enabled) ?? []
}
