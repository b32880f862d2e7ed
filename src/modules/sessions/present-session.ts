import type { Deps } from '../../deps.ts'
import { writeSessionCookie } from '../../lib/cookies.ts'
import type { Asked, AskDeps } from '../actions/ask-actions.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { signAccessToken } from '../signing-keys/access-tokens.ts'
import { toUser } from '../users/schema.ts'
import { askForSession } from './ask-for-session.ts'
import type { OpenedSession } from './open-session.ts'
import { endSession } from './queries.ts'
import type { CookieSession, Session } from './session-schema.ts'

/** The dependencies of `presentSession`. */
export type PresentSessionDeps = AskDeps & Pick<Deps, 'keys'>
/** The headers of an answer that may set the session cookie. */
export interface AnswerHeaders {
  'set-cookie'?: string | string[]
}

/**
 * Puts a session into the answer: tokens in the body, or a cookie in the headers and no token in the body. Throws `action.denied`
 * and `action.unavailable`.
 */
export async function presentSession(
  deps: PresentSessionDeps,
  headers: AnswerHeaders,
  session: OpenedSession,
): Promise<Session | CookieSession> {
  const { config, clock } = deps
  const asked = session.asked ?? (await askFirst(deps, session))
  const user = toUser(session.user)
  const secondsLeft = Math.max(0, Math.floor((session.expiresAt - clock.now()) / 1000))
  if (session.kind === 'cookie') {
    headers['set-cookie'] = writeSessionCookie(config.appUrl, session.token, secondsLeft)
    return { expiresIn: Math.min(secondsLeft, config.cookieIdleSeconds), user }
  }
  const accessToken = await signAccessToken(deps, session, asked)
  const { impersonatorId, token: refreshToken } = session
  return {
    accessToken,
    tokenType: 'Bearer',
    expiresIn: config.accessTtlSeconds,
    refreshToken,
    user,
    ...(impersonatorId === null ? {} : { act: { sub: impersonatorId } }),
  }
}

/**
 * Asks the actions of the operator. The client of a new session that they refuse never gets its token, so the session ends. One
 * that goes on stays: its client may ask again.
 */
async function askFirst(deps: PresentSessionDeps, session: OpenedSession): Promise<Asked> {
  const { sessionId, user, cause, isNew } = session
  try {
    return await askForSession(deps, session)
  } catch (refused) {
    if (isNew) {
      const ended = newEvent(deps, cause, 'session.ended', { userId: user.id, sessionId, data: { by: 'action' } })
      await commit(deps, { ended: recorded(endSession(deps.db, sessionId, deps.clock.now()), ended) })
    }
    throw refused
  }
}
