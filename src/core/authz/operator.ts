/** The operator of the machine as a caller of routes. */
import type { Actor } from '../../deps.ts'
import { noMemberships } from './scope.ts'

/**
 * Who runs the commands of the machine (`bun run cli`). Has every permission in every organisation, also those of applications, and
 * no rule denies them one: they could change the database itself. Is no person, so what acts on one's own account, or in the place
 * of another person, is not theirs. Events have no actor then, as after every other command.
 */
export const OPERATOR: Actor = {
  kind: 'operator',
  // The id of a client has ASCII alone, and any of it: an imported one could be called `operator`.
  id: '§operator',
  sessionId: null,
  orgId: null,
  actingFor: null,
  roles: ['admin'],
  memberships: noMemberships,
  scopes: null,
  limiterKey: '§operator',
}

export const isOperator = ({ kind }: Pick<Actor, 'kind'>): boolean => kind === OPERATOR.kind

/** `events.actor_id` for what this actor did. */
export const actorInEvents = (actorId: string): string | null => (actorId === OPERATOR.id ? null : actorId)
