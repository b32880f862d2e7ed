/** What an authorization request needs next. OpenID Connect Core §3.1.2.3, §3.1.2.4 */
import type { Clock, SessionPrincipal } from '../../deps.ts'
import { refuse } from '../../lib/oauth-error.ts'
import type { Grant } from '../grants/queries.ts'
import { subjectFor } from '../grants/subject.ts'
import { needsConsent } from './consent.ts'
import type { Interaction } from './interaction.ts'
import type { AuthorizationRequest } from './read-request.ts'
import { type PageName, Unanswerable } from './recipient.ts'

export type Next =
  | { next: 'code'; session: SessionPrincipal }
  /** `factor`: the session stays, and shows a second factor. */
  | { next: 'sign-in'; factor: boolean }
  | { next: 'consent'; session: SessionPrincipal; onlyAccount: boolean }

/** How far the person has come with this request. */
export interface Progress {
  /** The request came back from the sign-in page; undefined: it has just begun. */
  resumed: Pick<Interaction, 'at' | 'sessionBefore' | 'otherAccount'> | undefined
  /** What the person was shown and has allowed; undefined: nothing yet. */
  consented: 'all' | 'account' | undefined
}

/**
 * Throws the errors that the client gets, and `Unanswerable` with a page for sessions that must not authorize. With
 * `prompt=none` no page is shown (§3.1.2.6).
 */
export async function decide(
  clock: Clock,
  request: AuthorizationRequest,
  session: SessionPrincipal | undefined,
  grant: Grant | undefined,
  { resumed, consented }: Progress,
): Promise<Next> {
  const silent = request.prompts.has('none')
  if (request.acr.impossible)
    throw refuse('unmet_authentication_requirements', 'This server has none of the essential acr values.')
  if (session === undefined) return signIn(silent)
  refuseOthersSessions(session, silent)

  const hasSignedIn = consented !== undefined || signedInFor(session, resumed)
  if (!hasSignedIn && asksForSignIn(clock, request, session, resumed)) return signIn(silent)
  if (!(await isSubject(request, session))) {
    if (hasSignedIn) throw refuse('login_required', 'Another person than the one asked for has signed in.')
    return signIn(silent)
  }
  if (lacksFactor(request, session) && stepsUp(request, session, silent)) return { next: 'sign-in', factor: true }

  if (consented === 'all') return { next: 'code', session }
  const onlyAccount = request.prompts.has('select_account') && !hasSignedIn
  const asks = needsConsent(grant, request)
  if (asks && silent) throw refuse('consent_required', 'The person has not allowed all of this.')
  return asks || onlyAccount ? { next: 'consent', session, onlyAccount: !asks } : { next: 'code', session }
}

function signIn(silent: boolean): Next {
  if (silent) throw refuse('login_required', 'The person must sign in.')
  return { next: 'sign-in', factor: false }
}

/** Only the owner of an account may let an app use it, and only one that can be recognized again. */
function refuseOthersSessions({ impersonatorId, anonymous }: SessionPrincipal, silent: boolean): void {
  const page: PageName | undefined = impersonatorId !== null ? 'impersonated' : anonymous ? 'anonymous' : undefined
  if (page === undefined) return
  if (silent) throw refuse('interaction_required', 'The session may not sign in to apps.')
  throw new Unanswerable(page, `the session is ${page}`, { status: 403 })
}

/**
 * Whether the person has authenticated since the request began: in another session than the one before, because a sign-in and a
 * step-up make a new one.
 */
const signedInFor = (session: SessionPrincipal, resumed: Progress['resumed']): boolean =>
  resumed !== undefined && session.authenticatedAt >= resumed.at && session.sessionId !== resumed.sessionBefore

function asksForSignIn(
  clock: Clock,
  { prompts, maxAge }: AuthorizationRequest,
  { authenticatedAt }: SessionPrincipal,
  resumed: Progress['resumed'],
): boolean {
  if (prompts.has('login') || resumed?.otherAccount === true) return true
  // A time in the future has an unknown age: the clock was set back.
  const age = clock.now() - authenticatedAt
  return maxAge !== undefined && (maxAge === 0 || age < 0 || age > maxAge * 1000)
}

async function isSubject({ client, subjects }: AuthorizationRequest, { user }: SessionPrincipal): Promise<boolean> {
  return subjects === undefined || subjects.includes(await subjectFor(client, user.id))
}

const lacksFactor = ({ acr }: AuthorizationRequest, { amr, mfaMissing }: SessionPrincipal): boolean =>
  mfaMissing || (acr.factor !== undefined && !amr.includes('mfa'))

/**
 * True: the session must show a second factor. False: the request goes on without, because it asked for one voluntarily (OpenID
 * Connect Core §5.5.1.1).
 */
function stepsUp({ acr }: AuthorizationRequest, { hasFactor, mfaMissing }: SessionPrincipal, silent: boolean): boolean {
  if (hasFactor && !silent) return true
  if (!mfaMissing && acr.factor !== 'essential') return false
  if (mfaMissing && !silent)
    throw new Unanswerable('factor', 'a role requires a second factor, and the account has none', { status: 403 })
  if (mfaMissing || hasFactor) throw refuse('interaction_required', 'The person must show a second factor.')
  throw refuse('unmet_authentication_requirements', 'The account has no second factor.')
}
