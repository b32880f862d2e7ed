/** Who may be in a room, and what they get there. */

import { eventTypes } from '../../declared.ts'
import type { Actor, Deps } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'
import { isAllowed } from '../authz/authorize.ts'
import { forbidden } from '../authz/forbidden.ts'
import { instanceIn, scopesById } from '../authz/load-scopes.ts'
import { isSession } from '../authz/question.ts'
import { refusalInOrg } from '../authz/refusal-in-org.ts'
import { INSTANCE, type Scope } from '../authz/scope.ts'
import type { WireEvent } from '../feed/wire-event.ts'
import type { RoomName } from './model.ts'
import { idOfRoom, isOrgRoom, isUserRoom } from './names.ts'

/** What a connection gets in a room. */
export interface Admitted {
  /** Every event; false: those that members may know. */
  everything: boolean
  /** Is told who is there. */
  seesPresent: boolean
  /** Is told of. */
  isPresent: boolean
}

const AUDIT = 'audit:read'
const MEMBERS = 'members:read'

/** What each member of an organisation may know: who is in it with which roles, and its name. `members:read` shows the same. */
const OF_MEMBERS: readonly string[] = [
  'member.added',
  'member.removed',
  'member.roles_changed',
  'org.updated',
  'org.deleted',
  'org.restored',
]

/** Whether a connection that was let in gets this event. */
export const gets = ({ everything }: Pick<Admitted, 'everything'>, { type }: Pick<WireEvent, 'type'>): boolean =>
  everything || OF_MEMBERS.includes(type)

/** The scopes that `admit` asks for these rooms: in memory, or one round trip. */
export const scopesOfRooms = (deps: Pick<Deps, 'db' | 'principals'>, rooms: readonly RoomName[]) =>
  scopesById(deps, [INSTANCE, ...rooms.filter(isOrgRoom).map(idOfRoom)])

/**
 * What the principal gets in the room, or why it may not be there: `auth.forbidden`, `org.not_found`, `mfa.enrolment_required`, what the
 * organisation requires of its members, `room.not_found`. A room of an account says the same whether or not there is the account.
 */
export function admit(
  actor: Actor,
  room: RoomName,
  scopes: ReadonlyMap<string, Scope>,
  now: number,
): Admitted | Problem {
  const instance = instanceIn(scopes)
  const id = idOfRoom(room)
  if (isOrgRoom(room)) return admitToOrg(actor, instance, scopes.get(id), now)
  if (isUserRoom(room)) {
    if (isSession(actor) && actor.user.id === id) return ALL
    return isAllowed(actor, AUDIT, instance) ? ALL : problem('room.not_found')
  }
  if (!topics.has(id)) return problem('room.not_found')
  return isAllowed(actor, AUDIT, instance) ? ALL : forbidden(actor, AUDIT, instance)
}

const ALL: Admitted = { everything: true, seesPresent: false, isPresent: false }

const topics: ReadonlySet<string> = new Set(eventTypes.map((type) => type.slice(0, type.indexOf('.'))))

function admitToOrg(actor: Actor, instance: Scope, org: Scope | undefined, now: number): Admitted | Problem {
  if (org === undefined) return problem('org.not_found')
  const refusal = refusalInOrg(actor, MEMBERS, instance, org, now)
  const everything = refusalInOrg(actor, AUDIT, instance, org, now) === undefined
  if (refusal !== undefined && !everything) return refusal
  const isMember = actor.memberships.has(org.id) && isSession(actor) && actor.impersonatorId === null
  return { everything, seesPresent: refusal === undefined, isPresent: isMember }
}
