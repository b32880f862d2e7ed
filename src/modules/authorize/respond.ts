/** The authorization response: to the redirect URI, with `iss` in each (RFC 9207), also in errors. */
import type { Deps } from '../../deps.ts'
import type { Answered } from '../../lib/answered.ts'
import type { OAuthError } from '../../lib/oauth-error.ts'
import { formPostPage } from './form-post-page.tsx'
import type { Recipient } from './recipient.ts'

type Answer = { code: string } | Pick<OAuthError, 'error' | 'message'>

/** 302 after a GET, 303 after a POST: never a status with which a browser repeats a form (RFC 9700 §4.12). */
export type Status = 302 | 303

export function respond(
  { config }: Pick<Deps, 'config'>,
  recipient: Omit<Recipient, 'client'>,
  answer: Answer,
  status: Status = 302,
): Answered {
  const { redirectUri, responseMode } = recipient
  const parameters = parametersOf(config.appUrl, recipient, answer)
  if (responseMode === 'query') return { to: withParameters(redirectUri, parameters), status }
  return {
    html: formPostPage(redirectUri, parameters),
    headers: { 'content-security-policy': FORM_POST_CSP, 'referrer-policy': 'strict-origin' },
  }
}

/** The URL of the response, for a link. */
export const responseUrl = (
  { config }: Pick<Deps, 'config'>,
  recipient: Omit<Recipient, 'client'>,
  answer: Answer,
): string => withParameters(recipient.redirectUri, parametersOf(config.appUrl, recipient, answer))

function parametersOf(issuer: string, { state }: Pick<Recipient, 'state'>, answer: Answer): Record<string, string> {
  const given = 'code' in answer ? { code: answer.code } : { error: answer.error, error_description: answer.message }
  return { ...given, ...(state === undefined ? {} : { state }), iss: issuer }
}

/** Added to the text itself, because a parsed URL may come back in another spelling. A query of the URI stays (RFC 6749 §3.1.2). */
const withParameters = (uri: string, parameters: Record<string, string>): string =>
  `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams(parameters).toString()}`

/** Of the script of the page, which is always the same text. */
const SCRIPT_HASH = 'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='
/**
 * No `form-action`: the form goes to the redirect URI, and from there wherever the client likes. The page has nothing else
 * that a foreign text could change.
 */
const FORM_POST_CSP = `default-src 'none'; script-src '${SCRIPT_HASH}'; base-uri 'none'; frame-ancestors 'none'`
