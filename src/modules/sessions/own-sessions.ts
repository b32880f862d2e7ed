/** The sessions of one user: list them and end them. */
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { sessionLimits } from '../../lib/session-limits.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { userById } from '../users/queries.ts'
import { rightsOver } from '../users/rights.ts'
import { voidMoves } from '../users/trust-queries.ts'
import { type IdleSince, livingSessionsOf } from './list-queries.ts'
import { endOwnSession, endSessionsOfUser, otherThan } from './queries.ts'
import { type ActiveSessions, toActiveSession } from './schema.ts'

/**
 * Maximum length of a list. People have fewer sessions. A script that signs in and never signs out may have more: a
 * request that ends all other sessions also ends those that are not listed.
 */
const MAX_LISTED = 100

type ReadDeps = Pick<Deps, 'config' | 'db' | 'clock'>
type WriteDeps = ReadDeps & Pick<Deps, 'random' | 'principals'>

/** The user, and the session that asks. */
export interface Owner {
  userId: string
  currentId: string
}

/**
 * The newest 100 active sessions, the current one first. A person reads them to find a session that is not theirs.
 * One round trip. Throws `user.not_found`.
 */
export async function listSessions(
  deps: ReadDeps,
  { userId, currentId }: { userId: string; currentId: string | null },
): Promise<ActiveSessions> {
  const now = deps.clock.now()
  const listing = { userId, currentId, now, idleSince: idleSince(deps, now), limit: MAX_LISTED }
  const rows = await livingSessionsOf(deps.db, listing)
  if (rows.length === 0) throw problem('user.not_found')
  return { items: rows.flatMap(({ session }) => (session ? [toActiveSession(session, currentId)] : [])) }
}

/**
 * Ends one session of this user, in one round trip. Its tokens are refused from the next request. Throws
 * `session.not_found` for a session that has ended, and also for a session of another user.
 */
export async function endOneSession(deps: WriteDeps, cause: Cause, userId: string, id: string): Promise<void> {
  const now = deps.clock.now()
  const ended = newEvent(deps, cause, 'session.ended', { userId, sessionId: id })
  const { sessions } = await commit(deps, {
    sessions: recorded(endOwnSession(deps.db, { id, userId, now, idleSince: idleSince(deps, now) }), ended),
  })
  if (sessions.length === 0) throw problem('session.not_found')
}

/** The same for an administrator. Throws `user.not_found`, `user.exceeds_own` and `session.not_found`. */
export async function endSessionOfUser(
  deps: WriteDeps,
  cause: Cause,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<void> {
  const rights = await rightsOver(deps, cause, userId)
  const now = deps.clock.now()
  const ended = newEvent(deps, cause, 'session.ended', { userId, sessionId })
  const asked = { id: sessionId, userId, now, idleSince: idleSince(deps, now) }
  const { sessions, found } = await commit(deps, {
    sessions: recorded(endOwnSession(deps.db, asked, rights.only), ended),
    found: userById(deps.db, userId),
  })
  const [user] = found
  if (user === undefined) throw problem('user.not_found')
  if (rights.exceededBy(user)) throw rights.refusal(user)
  if (sessions.length === 0) throw problem('session.not_found')
}

/**
 * Ends every session of this user except the one that asks, listed or not, and voids every pending change of address,
 * regardless of who asked for it. One round trip. It succeeds also if there is no other session.
 */
export async function endOtherSessions(deps: WriteDeps, cause: Cause, { userId, currentId }: Owner): Promise<void> {
  const ended = newEvent(deps, cause, 'session.ended', { userId, data: { sessions: 'others' } })
  const now = deps.clock.now()
  const statement = endSessionsOfUser(deps.db, userId, now, otherThan(currentId))
  await commit(deps, [recorded(statement, ended), voidMoves(deps.db, userId, now)])
}

function idleSince({ config }: Pick<Deps, 'config'>, now: number): IdleSince {
  const { token, cookie } = sessionLimits(config)
  return { token: now - token.idleMs, cookie: now - cookie.idleMs }
}
