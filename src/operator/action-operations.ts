/** The operations on actions behind the commands: an action whose program fails may keep everybody out, administrators too. */
import { type Static, Type } from '@sinclair/typebox'
import { systemCause } from '../core/events/new-event.ts'
import type { Deps } from '../deps.ts'
import { changeAction } from '../modules/actions/manage-actions.ts'
import { allActions } from '../modules/actions/queries.ts'
import { type Action, ActionId, toAction } from '../modules/actions/schema.ts'
import { parse } from './parse-input.ts'

const Nothing = Type.Object({}, { additionalProperties: false })
const Switch = Type.Object({ id: ActionId, enabled: Type.Boolean() }, { additionalProperties: false })

/** The input and the items of these operations. */
export interface ActionOperations {
  'actions.list': { input: Static<typeof Nothing>; item: Action }
  'actions.set-enabled': { input: Static<typeof Switch>; item: Action }
}

export const actionOperations = {
  async *'actions.list'({ db, clock }: Deps, input: unknown) {
    parse(Nothing, input)
    for (const row of await allActions(db)) yield { item: toAction(row, clock.now()) }
  },
  async *'actions.set-enabled'(deps: Deps, input: unknown) {
    const { id, enabled } = parse(Switch, input)
    yield { item: toAction(await changeAction(deps, systemCause, id, { enabled }), deps.clock.now()) }
  },
}
