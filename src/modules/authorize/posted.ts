import type { Deps } from '../../deps.ts'
import type { Answered } from '../../lib/answered.ts'
import { readParameters } from '../../lib/form-parameters.ts'
import { OAuthError } from '../../lib/oauth-error.ts'
import { type Browser, logRefusal } from './authorize.ts'
import { sealInteraction } from './interaction.ts'
import { onceIn } from './parameters.ts'
import { readRequest } from './read-request.ts'
import { recipientOf } from './recipient.ts'
import { respond } from './respond.ts'
import { findRequest } from './source.ts'

/**
 * A request by a form. Browsers send no SameSite=Lax cookie with a form of another site, but with the GET that follows a
 * redirect. So the request is validated here, sealed, and goes on there. Throws `Unanswerable`.
 */
export async function postedInteraction(
  deps: Deps,
  { requestId, cause }: Pick<Browser, 'requestId' | 'cause'>,
  body: unknown,
): Promise<Answered> {
  const given = new URLSearchParams(typeof body === 'string' ? body : '')
  for (const ours of ['interaction', 'form']) given.delete(ours)
  const { asked } = await findRequest(deps, given, undefined)
  const recipient = await recipientOf(deps, onceIn(asked.source), cause)
  try {
    const parameters = readParameters(asked.source)
    await readRequest(deps, recipient, parameters, asked.pushed)
    const sealed = await sealInteraction(deps, 'form', {
      parameters: parameters.entries(),
      pushed: asked.pushed,
      at: deps.clock.now(),
      sessionBefore: null,
      otherAccount: false,
      sessionId: null,
      onlyAccount: false,
    })
    return { to: `${deps.config.appUrl}/oauth/authorize?form=${sealed}`, status: 303 }
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    logRefusal(deps, requestId, recipient, error)
    return respond(deps, recipient, error, 303)
  }
}
