import type { Deps } from '../../deps.ts'
import { placeholderEmail } from '../../lib/email.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { type OpenedSession, openSession, type SessionKind } from '../sessions/open-session.ts'
import { newUser } from '../users/new-user.ts'
import { insertUser } from '../users/queries.ts'

type AnonymousDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'queue'>

/**
 * Makes an account of somebody who says nothing, and a session, in one round trip. The session is the only way in: when it
 * ends, nobody gets in any more. It has no role, so what asks for one stays shut until it has an address, and where a
 * role asks for a second factor nobody asks them for one.
 */
export async function signUpAnonymously(deps: AnonymousDeps, cause: Cause, kind: SessionKind): Promise<OpenedSession> {
  const { db, random } = deps
  const id = random.id('usr')
  const { row, user } = newUser(deps, { id, email: placeholderEmail(id), roles: [], locale: cause.locale }, null)
  const about = { actorId: id, userId: id, data: { by: 'anonymous' } }
  const created = newEvent(deps, cause, 'user.created', about)
  const { opened, steps } = await openSession(deps, { userId: id, kind, cause, amr: [], condition: happened(created) })
  await commit(deps, [recorded(insertUser(db, { ...row, anonymous: true }), created), ...steps])
  return { ...opened, user }
}
