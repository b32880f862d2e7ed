import type { Deps } from '../../deps.ts'
import { readDeviceCookie, writeDeviceCookie, writeSessionCookie } from '../../lib/cookies.ts'
import { signAccessToken } from '../signing-keys/access-tokens.ts'
import { type AnsweredChallenge, REMEMBER_DEVICE_DAYS } from '../mfa/answer-challenge.ts'
import type { SignedIn } from '../mfa/complete-sign-in.ts'
import type { MfaRequired } from '../mfa/schema.ts'
import type { OpenedSession } from './open-session.ts'
import { toUser } from '../users/schema.ts'
import type { CookieSession, Session } from './session-schema.ts'

const DAY_SECONDS = 86_400

/** Hands a session to its client: tokens in the body, or a cookie in the headers and no token in the body. */
export async function presentSession(
  deps: Pick<Deps, 'config' | 'clock' | 'random' | 'keys'>,
  headers: { 'set-cookie'?: string | string[] },
  session: OpenedSession,
): Promise<Session | CookieSession> {
  const { config, clock } = deps
  const user = toUser(session.user)
  const secondsLeft = Math.max(0, Math.floor((session.expiresAt - clock.now()) / 1000))
  if (session.kind === 'cookie') {
    headers['set-cookie'] = writeSessionCookie(config.appUrl, session.token, secondsLeft)
    return { expiresIn: Math.min(secondsLeft, config.cookieIdleSeconds), user }
  }
  const accessToken = await signAccessToken(deps, { ...session, userId: user.id })
  return { accessToken, tokenType: 'Bearer', expiresIn: config.accessTtlSeconds, refreshToken: session.token, user }
}

/** The same for how a first factor ended: where a second one is asked for, nothing but that. */
export const presentSignIn = async (
  deps: Parameters<typeof presentSession>[0],
  headers: Parameters<typeof presentSession>[1],
  signedIn: SignedIn,
): Promise<Session | CookieSession | MfaRequired> =>
  'mfa' in signedIn ? signedIn.mfa : presentSession(deps, headers, signedIn.session)

/** The same for a sign-in that a second factor finished, with what its device is remembered by from now on. */
export async function presentAnswered(
  deps: Parameters<typeof presentSession>[0],
  headers: Parameters<typeof presentSession>[1],
  { session, deviceToken }: AnsweredChallenge,
): Promise<(Session & { deviceToken?: string }) | CookieSession> {
  const presented = await presentSession(deps, headers, session)
  if (deviceToken === undefined) return presented
  if ('accessToken' in presented) return { ...presented, deviceToken }
  const cookie = writeDeviceCookie(deps.config.appUrl, deviceToken, REMEMBER_DEVICE_DAYS * DAY_SECONDS)
  headers['set-cookie'] = [headers['set-cookie'] ?? [], cookie].flat()
  return presented
}

/** What a client says its device is remembered by: in the body, or in the cookie that browsers keep. */
export const deviceTokenOf = (
  { config }: Pick<Deps, 'config'>,
  request: Request,
  body: { deviceToken?: string | undefined } = {},
): string | undefined => body.deviceToken ?? readDeviceCookie(request.headers.get('cookie'), config.appUrl)
