/**
 * Who gets the answer of an authorization request. Until the client and its redirect URI are certain, nothing is
 * redirected (RFC 9700 §4.11.2): a person sees a page, and the log says why.
 */
import { OAuthError } from '../../lib/oauth-error.ts'
import type { Client } from '../oauth-clients/client.ts'
import { type FindDeps, findClient } from '../oauth-clients/find-client.ts'
import type { Asking } from '../oauth-clients/metadata-client.ts'
import { matchesRedirectUri } from '../oauth-clients/redirect-uri.ts'

export type ResponseMode = 'query' | 'form_post'

export interface Recipient {
  client: Client
  redirectUri: string
  responseMode: ResponseMode
  state: string | undefined
}

/** The texts of the page (`messages/en.ts`). */
export type PageName = 'request' | 'expired' | 'session' | 'impersonated' | 'anonymous' | 'factor' | 'later' | 'origin'

/** An answer that must not, or cannot, go to the client: a page for people. */
export class Unanswerable extends Error {
  readonly page: PageName
  readonly status: number
  /** The way back to the app, with an error; undefined while the app is not certain. */
  back: { url: string; client: string } | undefined
  /** A sign-in with another account, which leads back to the request. */
  signInUrl: string | undefined

  /** `reason` is for the log, and never shown. */
  constructor(page: PageName, reason: string, options: { status?: number; cause?: unknown } = {}) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Unanswerable'
    this.page = page
    this.status = options.status ?? 400
  }
}

/** Reads a parameter that may come once. */
export type Once = (name: string) => string | undefined

const MAX_STATE = 2048

/**
 * The client, and then its redirect URI, in this order. 0 or 1 round trips. `asking`: who pays for an unknown metadata
 * document. Throws `Unanswerable`.
 */
export async function recipientOf(deps: FindDeps, once: Once, asking?: Asking): Promise<Recipient> {
  const clientId = once('client_id')
  if (clientId === undefined) throw new Unanswerable('request', 'client_id is missing or comes twice')
  return addressee(await clientOf(deps, clientId, asking), once)
}

/**
 * The recipient that a request of this client names. The redirect URI is required, also from a client with only one, so that
 * the answer never goes to a URI that the request does not name. Throws `Unanswerable`.
 */
export function addressee(client: Client, once: Once): Recipient {
  if (!client.grantTypes.includes('authorization_code'))
    throw new Unanswerable('request', 'the client has not the grant type authorization_code')
  const redirectUri = once('redirect_uri')
  if (redirectUri === undefined) throw new Unanswerable('request', 'redirect_uri is missing or comes twice')
  if (!matchesRedirectUri(client.redirectUris, redirectUri))
    throw new Unanswerable('request', 'redirect_uri is not one of the client')
  const state = once('state')
  return {
    client,
    redirectUri,
    responseMode: once('response_mode') === 'form_post' ? 'form_post' : 'query',
    state: state !== undefined && state.length <= MAX_STATE ? state : undefined,
  }
}

async function clientOf(deps: FindDeps, clientId: string, asking: Asking | undefined): Promise<Client> {
  const client = await findClient(deps, clientId, asking).catch((error: unknown) => {
    if (error instanceof OAuthError) throw new Unanswerable('request', error.message, { cause: error.options.cause })
    throw error
  })
  if (client === undefined) throw new Unanswerable('request', 'client_id is unknown, disabled or expired')
  return client
}
