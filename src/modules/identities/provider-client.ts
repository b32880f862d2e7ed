/**
 * The client side of OAuth 2.0 and OpenID Connect, by openid-client: PKCE (RFC 7636), state, nonce, `iss` (RFC 9207), and
 * an ID token whose issuer, audience, times and signature are checked. It is loaded at the first use.
 */
import type * as openid from 'openid-client'
import type { Deps } from '../../deps.ts'
import { Problem, problem } from '../../errors.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { ProviderSettings } from '../../lib/provider-settings.ts'
import { endpoints, readApiProfile } from './api-profiles.ts'
import { signAppleSecret } from './apple-secret.ts'
import type { Flow } from './flow-cookie.ts'
import { type Profile, type ProviderTokens, readProfile } from './profile.ts'
import { fetchFromProvider } from './provider-fetch.ts'

export type ProviderDeps = Pick<Deps, 'config' | 'clock' | 'fetch'>
type Client = typeof openid

/** Metadata of a provider, and with it the keys it has shown, are asked for again after this. */
const METADATA_LIFE_MS = 3_600_000
const TIMEOUT_SECONDS = 5

/** The provider of that id. Throws `provider.not_found`. */
export function providerOf({ config }: Pick<Deps, 'config'>, id: string): ProviderSettings {
  const provider = config.providers.find((one) => one.id === id)
  if (provider === undefined) throw problem('provider.not_found')
  return provider
}

/** Where a provider sends people back to: registered there, to the letter. */
export const callbackUrl = ({ config }: Pick<Deps, 'config'>, { id }: ProviderSettings): string =>
  `${config.appUrl}/v1/auth/providers/${id}/callback`

/** As many entries as there are providers; values alone, since a promise of one request must not be another's in a Worker. */
const known = oncePer((_: Deps['config']) => new Map<string, { configuration: openid.Configuration; readAt: number }>())

/** Its metadata, by discovery once an hour. Throws `provider.unavailable`, `provider.answer_invalid`. */
async function configurationOf(deps: ProviderDeps, client: Client, provider: ProviderSettings) {
  const cache = known(deps.config)
  const now = deps.clock.now()
  const cached = cache.get(provider.id)
  if (cached && Math.abs(now - cached.readAt) < METADATA_LIFE_MS) return cached.configuration
  const configuration = await configure(deps, client, provider)
  cache.set(provider.id, { configuration, readAt: now })
  return configuration
}

async function configure(deps: ProviderDeps, client: Client, provider: ProviderSettings) {
  const { kind, issuer, clientId } = provider
  const customFetch: openid.CustomFetch = (url, init) => fetchFromProvider(deps, url, init as RequestInit) // narrower
  const authenticate: openid.ClientAuth = async (server, metadata, body, headers) =>
    clientAuth(client, provider, await secretOf(deps, provider), server)(server, metadata, body, headers)
  if (kind !== 'oidc') {
    const configuration = new client.Configuration({ issuer, ...endpoints[kind] }, clientId, undefined, authenticate)
    configuration[client.customFetch] = customFetch
    configuration.timeout = TIMEOUT_SECONDS
    return configuration
  }
  return client.discovery(new URL(issuer), clientId, undefined, authenticate, {
    [client.customFetch]: customFetch,
    timeout: TIMEOUT_SECONDS,
    execute: [
      // A signature that only TLS vouches for is no signature: this checks it against the keys of the issuer.
      client.enableNonRepudiationChecks,
      // Of what is not https, `fetchFromProvider` lets this machine through, outside production.
      ...(deps.config.production ? [] : [client.allowInsecureRequests]),
    ],
  })
}

const secretOf = async ({ clock }: ProviderDeps, { secret, clientId }: ProviderSettings): Promise<string> =>
  typeof secret === 'string' ? secret : signAppleSecret(clock, clientId, secret)

/** As configured, or what the metadata offers. Without a word there it is `client_secret_basic` (Discovery §3). */
function clientAuth(
  client: Client,
  { kind, tokenAuth }: ProviderSettings,
  secret: string,
  { token_endpoint_auth_methods_supported: offered = ['client_secret_basic'] }: openid.ServerMetadata,
): openid.ClientAuth {
  const usual = kind !== 'oidc' || offered.includes('client_secret_post') ? 'client_secret_post' : 'client_secret_basic'
  return (tokenAuth ?? usual) === 'client_secret_post'
    ? client.ClientSecretPost(secret)
    : client.ClientSecretBasic(secret)
}

/** Where to send the browser. Throws `provider.unavailable`, `provider.answer_invalid`. */
export async function authorizationUrl(deps: ProviderDeps, provider: ProviderSettings, flow: Flow): Promise<string> {
  return asProblem(async () => {
    const client = await import('openid-client')
    const configuration = await configurationOf(deps, client, provider)
    return client.buildAuthorizationUrl(configuration, {
      redirect_uri: callbackUrl(deps, provider),
      scope: provider.scopes.join(' '),
      state: flow.state,
      code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
      ...(provider.kind === 'oidc' ? { nonce: flow.nonce } : {}),
      ...(provider.formPost ? { response_mode: 'form_post' } : {}),
    }).href
  })
}

/**
 * Exchanges the answer of a provider, which is the query of the callback, for who it says somebody is. Nothing of it is
 * believed before it was checked. Throws `provider.denied`, `provider.unavailable`, `provider.answer_invalid`.
 */
export async function redeemAnswer(
  deps: ProviderDeps,
  provider: ProviderSettings,
  flow: Flow,
  query: string,
): Promise<Profile> {
  return asProblem(async () => {
    const client = await import('openid-client')
    const configuration = await configurationOf(deps, client, provider)
    // Our own URL, not the one of the request: a Host header must not choose the redirect_uri that is checked.
    const answer = await client.authorizationCodeGrant(configuration, new URL(callbackUrl(deps, provider) + query), {
      expectedState: flow.state,
      pkceCodeVerifier: flow.verifier,
      ...(provider.kind === 'oidc' ? { expectedNonce: flow.nonce, idTokenExpected: true } : {}),
    })
    const tokens: ProviderTokens = {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token,
      scope: answer.scope,
      expiresAt: answer.expires_in === undefined ? undefined : deps.clock.now() + answer.expires_in * 1000,
    }
    if (provider.kind !== 'oidc') {
      const claims = await readApiProfile[provider.kind](deps, tokens.accessToken)
      return readProfile(provider, { issuer: provider.issuer, ...claims }, tokens)
    }
    const idToken = answer.claims()
    if (idToken === undefined) throw problem('provider.answer_invalid')
    // Core §5.4: with an access token, what scopes ask for may stand in the UserInfo alone. Its `sub` must be the same.
    const ask = idToken.email === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined
    const info = ask ? await client.fetchUserInfo(configuration, tokens.accessToken, idToken.sub) : undefined
    const claims = { ...info, ...idToken }
    const { iss: issuer, sub: subject, email, name } = claims
    return readProfile(provider, { issuer, subject, email, emailVerified: vouchedFor(provider, claims), name }, tokens)
  })
}

const MICROSOFT = 'https://login.microsoftonline.com/'

/**
 * Microsoft says by a claim of its own that the domain of an e-mail belongs to the tenant. Its `email` is no proof: whoever
 * runs a tenant writes it into its accounts ("nOAuth").
 */
const vouchedFor = ({ issuer }: ProviderSettings, { email_verified, xms_edov }: Record<string, unknown>): unknown =>
  issuer.startsWith(MICROSOFT) ? xms_edov === true || xms_edov === '1' || xms_edov === 1 : email_verified

/** What openid-client throws, in our codes. The answer of a provider is for the log alone. */
async function asProblem<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    const ours = causesOf(error).find((cause) => cause instanceof Problem)
    const denied = error instanceof Error && error.name === 'AuthorizationResponseError'
    throw ours ?? problem(denied ? 'provider.denied' : 'provider.answer_invalid', { cause: error })
  }
}

const MAX_CAUSES = 5

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = []
  for (let cause = error; cause instanceof Error && causes.length < MAX_CAUSES; cause = cause.cause) causes.push(cause)
  return causes
}
