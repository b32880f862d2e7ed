/** The authorization endpoint (OAuth 2.1 §4.1.1, OpenID Connect Core §3.1.2). */
import { commit } from '../../core/events/commit.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps, SessionPrincipal } from '../../deps.ts'
import type { Answered } from '../../lib/answered.ts'
import { readParameters } from '../../lib/form-parameters.ts'
import { OAuthError, refuse, whyRefused } from '../../lib/oauth-error.ts'
import { CODE_SECONDS, sealCode } from '../grants/authorization-code.ts'
import type { Grant } from '../grants/queries.ts'
import { rememberGrant } from '../grants/remember-grant.ts'
import { keepClient } from '../oauth-clients/keep-client.ts'
import { covers } from './consent.ts'
import { decide, type Progress } from './decide.ts'
import { type Interaction, sealInteraction } from './interaction.ts'
import { type Held, onceIn } from './parameters.ts'
import { type AuthorizationRequest, readRequest } from './read-request.ts'
import { type Recipient, recipientOf, Unanswerable } from './recipient.ts'
import { respond, responseUrl, type Status } from './respond.ts'

/** A request with its source: its parameters, and whether the client pushed them (RFC 9126). */
export interface Asked {
  source: URLSearchParams
  pushed: boolean
  progress: Progress
}

/** Who asks in which browser. */
export interface Browser {
  cause: Cause
  requestId: string
  session: SessionPrincipal | undefined
  /** What the person has allowed the client. */
  grant: Grant | undefined
}

/**
 * Answers a request: with a code, an error, or the way to the sign-in or the consent page. No round trip for a client and
 * resources in memory; one if something must be remembered first. Throws `Unanswerable`.
 */
export async function authorize(deps: Deps, browser: Browser, asked: Asked, status: Status): Promise<Answered> {
  const recipient = await recipientOf(deps, onceIn(asked.source), browser.cause)
  try {
    const parameters = readParameters(asked.source)
    const request = await readRequest(deps, recipient, parameters, asked.pushed)
    const interaction = interactionOf(deps, browser, asked, parameters.entries())
    return await proceed(deps, browser, request, { ...asked.progress, interaction }, status).catch(
      async (error: unknown) => {
        if (error instanceof Unanswerable) await addWays(deps, recipient, interaction, error)
        throw error
      },
    )
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    logRefusal(deps, browser.requestId, recipient, error)
    return respond(deps, recipient, error, status)
  }
}

/** What the sign-in page brings back. A request that comes back began when it came first. */
function interactionOf(
  { clock }: Pick<Deps, 'clock'>,
  { session }: Browser,
  { pushed, progress: { resumed } }: Asked,
  parameters: Held,
): Waits {
  return {
    parameters,
    pushed,
    at: resumed?.at ?? clock.now(),
    sessionBefore: resumed === undefined ? (session?.sessionId ?? null) : resumed.sessionBefore,
    otherAccount: resumed?.otherAccount ?? false,
    sessionId: null,
    onlyAccount: false,
  }
}
type Waits = Omit<Interaction, 'expiresAt'>

export function logRefusal(
  { log }: Pick<Deps, 'log'>,
  requestId: string,
  { client }: Pick<Recipient, 'client'>,
  { error, message: description, options: { cause } }: OAuthError,
): void {
  log.info('authorization refused', { requestId, clientId: client.id, error, description, ...whyRefused(cause) })
}

/** From the page of a session that must not authorize: back to the app with an error, or to a sign-in with another account. */
async function addWays(deps: Deps, recipient: Recipient, interaction: Waits, found: Unanswerable): Promise<void> {
  const { client, responseMode } = recipient
  if (responseMode === 'query')
    found.back = {
      url: responseUrl(deps, recipient, refuse('access_denied', 'The session may not sign in to apps.')),
      client: client.name,
    }
  if (found.page === 'anonymous')
    found.signInUrl = await signInUrl(deps, { ...interaction, otherAccount: true }, undefined, false)
}

async function proceed(
  deps: Deps,
  { cause, session: found, grant }: Browser,
  request: AuthorizationRequest,
  { interaction, ...progress }: Progress & { interaction: Waits },
  status: Status,
): Promise<Answered> {
  const decided = await decide(deps.clock, request, found, grant, progress)
  if (decided.next === 'sign-in')
    return { to: await signInUrl(deps, interaction, request.loginHint, decided.factor), status }
  const { session } = decided
  if (decided.next === 'consent') {
    const { onlyAccount } = decided
    const shown = { ...interaction, sessionId: session.sessionId, onlyAccount }
    const sealed = await sealInteraction(deps, 'consent', shown)
    const query = new URLSearchParams({ interaction: sealed, ...languagesOf(interaction) })
    return { to: `${deps.config.appUrl}/oauth/consent?${query.toString()}`, status }
  }
  const mustRemember = progress.consented === 'all' || !covers(grant, request)
  const grantId = mustRemember || grant === undefined ? await remember(deps, cause, request, session) : grant.id
  return respond(deps, request, { code: await codeFor(deps, request, session, grantId) }, status)
}

/** The sign-in page, which leads back to this request. `factor`: it asks for the second factor alone. */
export async function signInUrl(
  deps: Pick<Deps, 'config' | 'clock' | 'random'>,
  interaction: Waits,
  loginHint: string | undefined,
  factor: boolean,
): Promise<string> {
  const sealed = await sealInteraction(deps, 'sign-in', interaction)
  const query = new URLSearchParams({
    return_to: `/oauth/authorize?interaction=${sealed}`,
    ...languagesOf(interaction),
  })
  if (loginHint !== undefined) query.set('login_hint', loginHint)
  if (factor) query.set('step', 'factor')
  return `${deps.config.appUrl}/sign-in?${query.toString()}`
}

/** The languages that the app asks for. `http/languages.ts` reads them from the URL of a page. */
const languagesOf = ({ parameters: { ui_locales: asked } }: Waits): { ui_locales?: string } =>
  typeof asked === 'string' ? { ui_locales: asked.slice(0, 256) } : {}

async function remember(
  deps: Deps,
  cause: Cause,
  { client, allowed, details }: AuthorizationRequest,
  { user, sessionId }: SessionPrincipal,
): Promise<string> {
  const { steps } = rememberGrant(deps, cause, {
    userId: user.id,
    clientId: client.id,
    scopes: allowed,
    details,
    sessionId,
  })
  const { granted } = await commit(deps, { client: keepClient(deps, client, { consented: true }), ...steps })
  const [grant] = granted
  if (grant === undefined) throw refuse('access_denied', 'The session or the client has ended meanwhile.')
  return grant.id
}

/** Writes nothing: a code is sealed. Who redeems it learns whether the session, the grant and the client still live. */
async function codeFor(
  deps: Pick<Deps, 'config' | 'clock' | 'random'>,
  request: AuthorizationRequest,
  session: SessionPrincipal,
  grantId: string,
): Promise<string> {
  const { client, redirectUri, codeChallenge, scopes, details, claims, nonce, jkt } = request
  const { user, sessionId, authenticatedAt, amr, orgId } = session
  return sealCode(deps, {
    clientId: client.id,
    redirectUri,
    codeChallenge,
    grantId,
    userId: user.id,
    sessionId,
    scopes,
    details,
    claims,
    nonce,
    // A client of one organisation does not learn which other one is active.
    orgId: client.orgId === null || client.orgId === orgId ? orgId : null,
    authenticatedAt,
    amr: [...amr],
    jkt,
    expiresAt: deps.clock.now() + CODE_SECONDS * 1000,
  })
}
