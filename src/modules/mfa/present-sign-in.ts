import type { Deps } from '../../deps.ts'
import { readDeviceCookie, writeDeviceCookie } from '../../lib/cookies.ts'
import { type AnswerHeaders, type PresentSessionDeps, presentSession } from '../sessions/present-session.ts'
import type { CookieSession, Session } from '../sessions/session-schema.ts'
import { type AnsweredChallenge, REMEMBER_DEVICE_DAYS } from './answer-challenge.ts'
import type { SignedIn } from './complete-sign-in.ts'
import type { MfaRequired } from './schema.ts'

const DAY_SECONDS = 86_400

/** The answer to a first factor: the session, or only the request for a second factor. */
export const presentSignIn = async (
  deps: PresentSessionDeps,
  headers: AnswerHeaders,
  signedIn: SignedIn,
): Promise<Session | CookieSession | MfaRequired> =>
  'mfa' in signedIn ? signedIn.mfa : presentSession(deps, headers, signedIn.session)

/** The answer to a second factor: the session, with the token of the remembered device if there is one. */
export async function presentAnswered(
  deps: PresentSessionDeps,
  headers: AnswerHeaders,
  { session, deviceToken }: AnsweredChallenge,
): Promise<(Session & { deviceToken?: string }) | CookieSession> {
  const presented = await presentSession(deps, headers, session)
  if (deviceToken === undefined) return presented
  if ('accessToken' in presented) return { ...presented, deviceToken }
  const cookie = writeDeviceCookie(deps.config.appUrl, deviceToken, REMEMBER_DEVICE_DAYS * DAY_SECONDS)
  headers['set-cookie'] = [headers['set-cookie'] ?? [], cookie].flat()
  return presented
}

/** The device token of the request: in the body, or in the cookie of a browser. */
export const deviceTokenOf = (
  { config }: Pick<Deps, 'config'>,
  request: Request,
  body: { deviceToken?: string | undefined } = {},
): string | undefined => body.deviceToken ?? readDeviceCookie(request.headers.get('cookie'), config.appUrl)
