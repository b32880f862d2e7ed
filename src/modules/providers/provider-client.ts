/**
 * The OAuth 2.0 and OpenID Connect client, with openid-client: PKCE (RFC 7636), state, nonce, `iss` (RFC 9207), and
 * an ID token whose issuer, audience, times and signature are checked. The library is loaded at the first use.
 */
import type { Deps } from '../../deps.ts'
import { Problem, problem } from '../../errors.ts'
import { isMicrosoft } from '../../lib/provider-issuers.ts'
import type { ProviderSettings } from '../../lib/provider-settings.ts'
import { readApiProfile } from './api-profiles.ts'
import { nameOf } from './display-name.ts'
import type { Flow } from './flow-cookie.ts'
import { checkIdToken, provedAt } from './id-token.ts'
import { type Profile, type ProviderTokens, readProfile } from './profile.ts'
import { asProblem } from './provider-failure.ts'
import { type Client, configurationOf, type ProviderDeps } from './provider-metadata.ts'

export type { ProviderDeps }
type Configuration = Awaited<ReturnType<typeof configurationOf>>
type Document = Record<string, unknown>

/** The provider with this id. Throws `provider.not_found`. */
export function providerOf({ config }: Pick<Deps, 'config'>, id: string): ProviderSettings {
  const provider = config.providers.find((one) => one.id === id)
  if (provider === undefined) throw problem('provider.not_found')
  return provider
}

/** The URL that a provider redirects to. Exactly this URL must be registered at the provider. */
export const callbackUrl = ({ config }: Pick<Deps, 'config'>, { id }: ProviderSettings): string =>
  `${config.appUrl}/v1/auth/providers/${id}/callback`

/** The URL of the provider for the browser. Throws `provider.unavailable`, `provider.answer_invalid`. */
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
      ...(flow.fresh ? askAnew(provider) : {}),
    }).href
  })
}

/**
 * Parameters that ask the provider to authenticate the person again, and to return the time (OpenID Connect Core
 * §3.1.2.1). Google refuses the prompt, and Apple refuses unknown parameters. GitHub and Discord do not support this.
 */
const askAnew = ({ kind, issuer, formPost }: ProviderSettings): Record<string, string> =>
  kind !== 'oidc' || formPost
    ? {}
    : { max_age: '0', ...(new URL(issuer).hostname === 'accounts.google.com' ? {} : { prompt: 'login' }) }

/**
 * Exchanges the answer of a provider (the query of the callback) for the profile of the person. It uses no part of
 * the answer before the checks. Throws `provider.denied`, `provider.unavailable`, `provider.answer_invalid`.
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
    // Our configured URL, not the URL of the request: a Host header must not choose the redirect_uri that is checked.
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
    const now = deps.clock.now()
    const { issuer } = configuration.serverMetadata()
    checkIdToken(idToken, { clientId: provider.clientId, issuer, flow, now })
    const { info, fault } = await userInfoFor(client, configuration, provider, idToken, tokens.accessToken)
    const documents = info === undefined ? [idToken] : [idToken, info]
    const told = emailIn(provider, documents)
    const claims = {
      issuer: idToken.iss,
      subject: idToken.sub,
      ...told,
      name: documents.map(nameOf).find((name) => name !== '') ?? formName(provider, query),
      authenticatedAt: provedAt(idToken, now),
      emailFault: told.emailVerified === undefined ? fault : undefined,
    }
    return readProfile(provider, claims, tokens)
  })
}

/** The name that Apple sends once, in the form with the code. Nothing proves it, so it is used only as a name. */
const formName = ({ formPost }: ProviderSettings, query: string): string | null =>
  formPost ? new URLSearchParams(query).get(NAME_PARAMETER) : null

/** The query parameter in which our redirect from the form to the callback carries that name. */
export const NAME_PARAMETER = 'name'

const OUTRIGHT = ['OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED']

/**
 * Reads the UserInfo if the ID token lacks claims that the scopes asked for (OpenID Connect Core §5.4). Its `sub`
 * must be the same. If the UserInfo cannot be read, the function returns the failure instead of throwing, because the
 * ID token has already identified the person.
 */
async function userInfoFor(
  client: Client,
  configuration: Configuration,
  provider: ProviderSettings,
  idToken: Document & { sub: string },
  accessToken: string,
): Promise<{ info?: Document; fault?: Problem }> {
  const { emailVerified } = emailIn(provider, [idToken])
  const isWhole = (emailVerified !== undefined || needsNoWord(provider, idToken)) && nameOf(idToken) !== ''
  if (isWhole || configuration.serverMetadata().userinfo_endpoint === undefined) return {}
  try {
    return { info: await asProblem(() => client.fetchUserInfo(configuration, accessToken, idToken.sub)) }
  } catch (error) {
    if (!(error instanceof Problem) || isLie(error)) throw error
    return { fault: error }
  }
}

/** True if the UserInfo describes another person or comes from another issuer. */
const isLie = ({ cause }: Problem): boolean =>
  cause instanceof Error && 'code' in cause && OUTRIGHT.includes(String(cause.code))

/**
 * True if the UserInfo cannot add anything about the e-mail: Microsoft says only in the ID token whether an e-mail is
 * verified, and a trusted provider needs no such claim.
 */
const needsNoWord = ({ issuer, trustEmail }: ProviderSettings, { email }: Document): boolean =>
  (trustEmail || isMicrosoft(issuer)) && isText(email)

/**
 * Takes the e-mail and its verification from one document: the first with both, else the first with an e-mail. The
 * verification in one document never applies to the e-mail in another.
 */
function emailIn(provider: ProviderSettings, documents: readonly Document[]) {
  const told = documents
    .filter(({ email }) => isText(email))
    .map((document) => ({ email: document.email, emailVerified: vouchedFor(provider, document) }))
  return told.find(({ emailVerified }) => emailVerified !== undefined) ?? told[0] ?? NO_EMAIL
}

const NO_EMAIL = { email: undefined, emailVerified: undefined }
const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/**
 * Microsoft has its own claim (`xms_edov`), which says that the domain of the e-mail belongs to the tenant. Its
 * `email` is no proof, because the administrator of a tenant can write any address into an account ("nOAuth").
 */
function vouchedFor({ issuer }: ProviderSettings, { email_verified, xms_edov }: Document): unknown {
  if (isMicrosoft(issuer))
    return xms_edov === undefined ? undefined : xms_edov === true || xms_edov === '1' || xms_edov === 1
  return email_verified ?? undefined
}
