/** Who is at the other end, over time. */
import type { Principal } from '../../deps.ts'
import { Problem } from '../../errors.ts'
import { isSession } from '../authz/question.ts'
import type { Connection } from './model.ts'
import { idOfRoom } from './names.ts'

/** The problem of a credential that ended; any other failure is thrown again, because it says nothing about the credential. */
export function refusalOf(error: unknown): Problem {
  if (error instanceof Problem && error.status < 500) return error
  throw error
}

/** A token of the same session, or of the same grant or key. */
export function isSame(one: Principal, other: Principal): boolean {
  if (one.kind !== other.kind || one.id !== other.id || one.sessionId !== other.sessionId) return false
  return (
    one.kind !== 'client' || other.kind !== 'client' || (one.grantId === other.grantId && one.subject === other.subject)
  )
}

/** The ids whose change may end the connection or a room of it. */
export function idsOf({ principal, rooms }: Connection): Set<string> {
  const { id, sessionId, orgId, actingFor, memberships } = principal
  const ids = [id, sessionId, orgId, ...(actingFor ?? []).map((actor) => actor.id), ...memberships.keys()]
  if (isSession(principal)) ids.push(principal.user.id)
  if (principal.kind === 'client') ids.push(principal.grantId, principal.familyId, principal.tokenId)
  return new Set([...ids.filter((found) => found !== null), ...[...rooms].map(idOfRoom)])
}
