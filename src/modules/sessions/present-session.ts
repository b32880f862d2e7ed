import type { Deps } from '../../deps.ts'
import { writeSessionCookie } from '../../lib/cookies.ts'
import { signAccessToken } from '../signing-keys/access-tokens.ts'
import { toUser } from '../users/schema.ts'
import type { OpenedSession } from './open-session.ts'
import type { CookieSession, Session } from './session-schema.ts'

/** The dependencies of `presentSession`. */
export type PresentSessionDeps = Pick<Deps, 'config' | 'db' | 'principals' | 'clock' | 'random' | 'keys'>
/** The headers of an answer that may set the session cookie. */
export interface AnswerHeaders {
  'set-cookie'?: string | string[]
}

/** Puts a session into the answer: tokens in the body, or a cookie in the headers and no token in the body. */
export async function presentSession(
  deps: PresentSessionDeps,
  headers: AnswerHeaders,
  session: OpenedSession,
): Promise<Session | CookieSession> {
  const { config, clock } = deps
  const user = toUser(session.user)
  const secondsLeft = Math.max(0, Math.floor((session.expiresAt - clock.now()) / 1000))
  if (session.kind === 'cookie') {
    headers['set-cookie'] = writeSessionCookie(config.appUrl, session.token, secondsLeft)
    return { expiresIn: Math.min(secondsLeft, config.cookieIdleSeconds), user }
  }
  const accessToken = await signAccessToken(deps, session)
  return { accessToken, tokenType: 'Bearer', expiresIn: config.accessTtlSeconds, refreshToken: session.token, user }
}
