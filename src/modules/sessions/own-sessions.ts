/** The sessions of one user: which there are, and ending them. */
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { sessionLimits } from '../../lib/session-limits.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { voidMoves } from '../users/trust-queries.ts'
import { type IdleSince, livingSessionsOf } from './list-queries.ts'
import { endOwnSession, endSessionsOfUser, otherThan } from './queries.ts'
import { type ActiveSessions, toActiveSession } from './schema.ts'

/** More than anybody has or reads. Whoever signs in by a script and never out has more: ending all others ends those too. */
const MAX_LISTED = 100

type ReadDeps = Pick<Deps, 'config' | 'db' | 'clock'>
type WriteDeps = ReadDeps & Pick<Deps, 'random' | 'principals'>

/** Whose sessions, and the one that asks. */
export interface Owner {
  userId: string
  currentId: string
}

/**
 * The newest 100 living sessions, the current one first: what a person looks through for one that is not theirs. In one
 * round trip. Throws `user.not_found`.
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
 * Ends one session of this user, in one round trip; its tokens are refused from the next request on. Throws
 * `session.not_found` for one that has ended and for another user's alike.
 */
export async function endOneSession(deps: WriteDeps, cause: Cause, userId: string, id: string): Promise<void> {
  const now = deps.clock.now()
  const ended = newEvent(deps, cause, 'session.ended', { userId, sessionId: id })
  const { sessions } = await commit(deps, {
    sessions: recorded(endOwnSession(deps.db, { id, userId, now, idleSince: idleSince(deps, now) }), ended),
  })
  if (sessions.length === 0) throw problem('session.not_found')
}

/**
 * Ends every session of this user but the one that asks, listed or not, and every move to another address that is under
 * way, whoever asked for it. One round trip; none to end is no failure.
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
