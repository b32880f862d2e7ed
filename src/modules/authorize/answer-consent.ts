/** The consent page, and what a person answers on it. */
import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { noteEvent } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import type { Answered } from '../../lib/answered.ts'
import { readParameters } from '../../lib/form-parameters.ts'
import type { Locale } from '../../lib/languages.ts'
import { OAuthError, refuse } from '../../lib/oauth-error.ts'
import { brandOfClient } from '../branding/brand-of-org.ts'
import { authorize, type Browser, logRefusal, signInUrl } from './authorize.ts'
import { cardAnswer, formTargetsOf } from './card.tsx'
import { consentCard } from './consent-card.ts'
import type { Interaction } from './interaction.ts'
import { onceIn } from './parameters.ts'
import { readRequest } from './read-request.ts'
import { recipientOf, Unanswerable } from './recipient.ts'
import { respond, type Status } from './respond.ts'
import { openedFor, resume } from './source.ts'

type Asking = Omit<Browser, 'grant'>

/** Shows what the client asks for, and what of it is new. Throws `Unanswerable`. */
export async function showConsent(deps: Deps, asking: Asking, sealed: string, locale: Locale): Promise<Answered> {
  const interaction = await openedFor(deps, 'consent', sealed)
  const { session } = asking
  if (session === undefined) return signInAgain(deps, interaction, 302)
  requireSameSession(interaction, session.sessionId)
  const { asked, grant, branding } = await resume(deps, interaction, session.user.id, true)
  const recipient = await recipientOf(deps, onceIn(asked.source))
  try {
    const request = await readRequest(deps, recipient, readParameters(asked.source), asked.pushed)
    const { onlyAccount } = interaction
    const other = { ...interaction, at: deps.clock.now(), sessionBefore: session.sessionId, otherAccount: true }
    const html = await consentCard(deps, locale, {
      request,
      session,
      grant,
      brand: await brandOfClient(deps.config, branding),
      otherAccountUrl: await signInUrl(deps, { ...other, sessionId: null, onlyAccount: false }, undefined, false),
      form: { action: '/oauth/consent', fields: { interaction: sealed } },
      onlyAccount,
    })
    return cardAnswer(html, formTargetsOf(request.redirectUri))
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    logRefusal(deps, asking.requestId, recipient, error)
    return respond(deps, recipient, error)
  }
}

/**
 * Does what the person decided. The caller has checked the origin of the form (CSRF), and the interaction counts only
 * for the session that it was made for. The same form sent again allows the same once more, and gives another code to the
 * same client: that is harmless, so nothing is stored against it. Throws `Unanswerable`.
 */
export async function answerConsent(
  deps: Deps,
  asking: Asking,
  { sealed, allows }: { sealed: string; allows: boolean },
): Promise<Answered> {
  const interaction = await openedFor(deps, 'consent', sealed)
  const { session } = asking
  if (session === undefined) return signInAgain(deps, interaction, 303)
  requireSameSession(interaction, session.sessionId)
  const { asked, grant } = await resume(deps, interaction, session.user.id)
  const consented = interaction.onlyAccount ? 'account' : 'all'
  if (allows)
    return authorize(deps, { ...asking, grant }, { ...asked, progress: { resumed: interaction, consented } }, 303)
  const recipient = await recipientOf(deps, onceIn(asked.source))
  const refused = newEvent(deps, asking.cause, 'grant.refused', {
    userId: session.user.id,
    sessionId: session.sessionId,
    data: { clientId: recipient.client.id },
  })
  await commit(deps, [noteEvent(deps.db, refused)])
  return respond(deps, recipient, refuse('access_denied', 'The person did not allow this.'), 303)
}

/** Another session must not answer for this one, also not of the same person. */
function requireSameSession({ sessionId }: Interaction, current: string): void {
  if (sessionId !== current)
    throw new Unanswerable('session', 'the consent page was made for another session', { status: 403 })
}

/** The session has ended while the page was open. */
async function signInAgain(deps: Deps, interaction: Interaction, status: Status): Promise<Answered> {
  const waiting = { ...interaction, sessionId: null, onlyAccount: false }
  return { to: await signInUrl(deps, waiting, undefined, false), status }
}
