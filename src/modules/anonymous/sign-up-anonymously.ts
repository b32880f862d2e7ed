import type { Deps } from '../../deps.ts'
import { placeholderEmail } from '../../lib/email.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { type OpenedSession, openSession, type SessionKind } from '../sessions/open-session.ts'
import { type AskDeps, askSignUp } from '../actions/ask-actions.ts'
import { newUser } from '../users/new-user.ts'
import { insertUser } from '../users/queries.ts'

type AnonymousDeps = AskDeps & Pick<Deps, 'queue'>

/**
 * Creates an anonymous account and a session, in one round trip. The session is the only way to sign in: when it ends,
 * the account cannot be reached. The account has no role until it has an e-mail address, so routes that require a role
 * refuse it. A role that requires a second factor has no effect on it. Throws `action.denied`, `action.unavailable`.
 */
export async function signUpAnonymously(deps: AnonymousDeps, cause: Cause, kind: SessionKind): Promise<OpenedSession> {
  const { db, random } = deps
  await askSignUp(deps, cause, { email: null, name: null, method: 'anonymous' })
  const id = random.id('usr')
  const { row, user } = newUser(deps, { id, email: placeholderEmail(id), roles: [], locale: cause.locale }, null)
  const about = { actorId: id, userId: id, data: { by: 'anonymous' } }
  const created = newEvent(deps, cause, 'user.created', about)
  const { opened, steps } = await openSession(deps, { userId: id, kind, cause, amr: [], condition: happened(created) })
  await commit(deps, [recorded(insertUser(db, { ...row, anonymous: true }), created), ...steps])
  return { ...opened, user }
}
