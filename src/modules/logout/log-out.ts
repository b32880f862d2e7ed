/** The end of a browser session at the request of an app (OpenID Connect RP-Initiated Logout 1.0). */
import type { Cause } from '../../core/events/queries.ts'
import type { Deps, SessionPrincipal } from '../../deps.ts'
import { Problem } from '../../errors.ts'
import type { Answered } from '../../lib/answered.ts'
import { writeSessionCookie } from '../../lib/cookies.ts'
import { DAY_MS } from '../../lib/durations.ts'
import type { Parameters } from '../../lib/form-parameters.ts'
import type { Locale } from '../../lib/languages.ts'
import { cardAnswer, formTargetsOf } from '../authorize/card.tsx'
import { subjectFor } from '../grants/subject.ts'
import { signOut } from '../sign-out/sign-out.ts'
import { confirmPage, signedOutPage } from './logout-view.tsx'
import { knownToClient } from './queries.ts'
import { type LogoutRequest, readLogout } from './read-request.ts'

export interface Visitor {
  cause: Cause
  requestId: string
  session: SessionPrincipal | undefined
  locale: Locale
}

/** An older ID token may have been in many hands: of proxies, logs and histories. */
const FRESH_MS = DAY_MS

/**
 * Ends the session at once if the request proves that it comes from an app that the person is signed in to with this session:
 * by a fresh ID token of it. Else the person is asked, so that a link of a stranger signs nobody out (§6). `confirmed`: the
 * person pressed the button; the caller has checked the origin of the form.
 */
export async function logOut(
  deps: Deps,
  visitor: Visitor,
  parameters: Parameters,
  { confirmed, status }: { confirmed: boolean; status: 302 | 303 },
): Promise<Answered> {
  const { session, locale, requestId, cause } = visitor
  const asked = await readLogout(deps, cause, parameters)
  if (asked.fault !== undefined) deps.log.info('logout request refused', { requestId, reason: asked.fault })
  const over = () => (confirmed && isOwn(asked) ? endHere(deps, status) : end(deps, locale, asked, status))
  if (session === undefined) return over()
  if (!confirmed && !(await isOfThisSession(deps, asked, session))) return confirm(deps, locale, asked, session)
  try {
    await signOut(deps, cause, { sessionId: session.sessionId })
  } catch (error) {
    // It has ended meanwhile, which is what was asked for.
    if (!(error instanceof Problem && error.code === 'session.expired')) throw error
  }
  return over()
}

/** No app asked: the person pressed "Sign out" on one of our pages. */
const isOwn = ({ client, fault, returnUrl }: LogoutRequest): boolean =>
  client === undefined && fault === undefined && returnUrl === undefined

async function isOfThisSession(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { client, hint }: LogoutRequest,
  { sessionId, user }: SessionPrincipal,
): Promise<boolean> {
  if (client === undefined || hint?.sid === undefined) return false
  const age = clock.now() - hint.issuedAt
  if (age < 0 || age > FRESH_MS || hint.subject !== (await subjectFor(client, user.id))) return false
  return (await knownToClient(db, { sessionId, sid: hint.sid, clientId: client.id })).length > 0
}

function confirm(
  { config }: Pick<Deps, 'config'>,
  locale: Locale,
  { client, fault, returnUri, fields }: LogoutRequest,
  { user }: SessionPrincipal,
): Answered {
  const html = confirmPage(locale, config, {
    account: user.email,
    client: client?.name,
    stays: fault !== undefined,
    fields,
  })
  return cardAnswer(html, returnUri === undefined ? [] : formTargetsOf(returnUri), fault === undefined ? 200 : 400)
}

/** Where the account page and the console end too (`SIGNED_OUT` of the browser programs). */
const endHere = ({ config: { appUrl } }: Pick<Deps, 'config'>, status: 302 | 303): Answered => ({
  to: `${appUrl}/sign-in?from=signed-out`,
  status,
  cookies: [writeSessionCookie(appUrl, '', 0)],
})

/** Back to the app, or a page that says that it is done. The browser forgets its cookie. */
function end(
  { config }: Pick<Deps, 'config'>,
  locale: Locale,
  { returnUrl, fault }: LogoutRequest,
  status: 302 | 303,
): Answered {
  const forget = writeSessionCookie(config.appUrl, '', 0)
  if (returnUrl !== undefined) return { to: returnUrl, status, cookies: [forget] }
  return { ...cardAnswer(signedOutPage(locale, config), [], fault === undefined ? 200 : 400), cookies: [forget] }
}
