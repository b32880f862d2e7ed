/** The parameters of a logout request (OpenID Connect RP-Initiated Logout 1.0 §2). */
import type { Deps } from '../../deps.ts'
import type { Parameters } from '../../lib/form-parameters.ts'
import type { Client } from '../oauth-clients/client.ts'
import { type FindDeps, findClient } from '../oauth-clients/find-client.ts'
import type { Asking } from '../oauth-clients/metadata-client.ts'
import { type Hint, readHint } from './id-token-hint.ts'

/** The parameters that the confirmation page hands on. */
const KNOWN = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'] as const
const MAX_STATE = 2048

export interface LogoutRequest {
  client: Client | undefined
  hint: Hint | undefined
  /** Where the browser goes afterwards, with `state`. Undefined: nowhere. */
  returnUrl: string | undefined
  /** The URL as the client has registered it. */
  returnUri: string | undefined
  /** Why the browser is not sent where the client asked, for the log. */
  fault: string | undefined
  fields: Record<string, string>
}

/**
 * Reads who asks, and whether the browser may be sent back to it: to a URI that this client has registered, character for
 * character, and never without a client. A wrong parameter is a fault, and the person can sign out all the same.
 * 0 or 1 round trips. `asking`: who pays for an unknown metadata document.
 */
export async function readLogout(
  deps: FindDeps & Pick<Deps, 'keys'>,
  asking: Asking,
  parameters: Parameters,
): Promise<LogoutRequest> {
  const [hintText, clientId, uri, state] = KNOWN.map((name) => parameters.get(name))
  const fields = Object.fromEntries(
    KNOWN.flatMap((name) => {
      const value = parameters.get(name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const hint = hintText === undefined ? undefined : await readHint(deps, hintText)
  const named = clientId ?? hint?.clientId
  const client = named === undefined ? undefined : await findClient(deps, named, asking).catch(() => undefined)
  const fault = faultOf({ hintText, hint, clientId, client, uri, state })
  const mayReturn = fault === undefined && uri !== undefined
  return {
    client: fault === undefined ? client : undefined,
    hint: fault === undefined ? hint : undefined,
    returnUrl: mayReturn ? withState(uri, state) : undefined,
    returnUri: mayReturn ? uri : undefined,
    fault,
    fields: fault === undefined ? fields : {},
  }
}

interface Given {
  hintText: string | undefined
  hint: Hint | undefined
  clientId: string | undefined
  client: Client | undefined
  uri: string | undefined
  state: string | undefined
}

function faultOf({ hintText, hint, clientId, client, uri, state }: Given): string | undefined {
  if (hintText !== undefined && hint === undefined) return 'id_token_hint is no ID token of this server'
  if (hint !== undefined && clientId !== undefined && clientId !== hint.clientId)
    return 'client_id is not the audience of id_token_hint'
  if (clientId !== undefined && client === undefined) return 'the client is unknown'
  if (uri === undefined) return undefined
  if (client === undefined) return 'post_logout_redirect_uri comes without a client'
  if (!client.postLogoutRedirectUris.includes(uri)) return 'post_logout_redirect_uri is not one of the client'
  return state !== undefined && state.length > MAX_STATE ? 'state is too long' : undefined
}

/** The query of a registered URI stays (§3). */
function withState(uri: string, state: string | undefined): string {
  if (state === undefined) return uri
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams({ state }).toString()}`
}
