/**
 * The client side of OAuth 2.0 and OpenID Connect, by openid-client: PKCE (RFC 7636), state, nonce, `iss` (RFC 9207), and
 * an ID token whose issuer, audience, times and signature are checked. It is loaded at the first use.
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

/** The provider of that id. Throws `provider.not_found`. */
export function providerOf({ config }: Pick<Deps, 'config'>, id: string): ProviderSettings {
  const provider = config.providers.find((one) => one.id === id)
  if (provider === undefined) throw problem('provider.not_found')
  return provider
}

/** Where a provider sends people back to: registered there, to the letter. */
export const callbackUrl = ({ config }: Pick<Deps, 'config'>, { id }: ProviderSettings): string =>
  `${config.appUrl}/v1/auth/providers/${id}/callback`

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
      ...(flow.fresh ? askAnew(provider) : {}),
    }).href
  })
}

/**
 * Asks the provider to let people prove anew who they are, and to say when they did (OpenID Connect Core §3.1.2.1). Google
 * refuses the prompt, and Apple what it does not know; GitHub and Discord have no such thing.
 */
const askAnew = ({ kind, issuer, formPost }: ProviderSettings): Record<string, string> =>
  kind !== 'oidc' || formPost
    ? {}
    : { max_age: '0', ...(new URL(issuer).hostname === 'accounts.google.com' ? {} : { prompt: 'login' }) }

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

/** Apple tells a name once, in the form beside the code. Nothing vouches for it, so it is a name and no more. */
const formName = ({ formPost }: ProviderSettings, query: string): string | null =>
  formPost ? new URLSearchParams(query).get(NAME_PARAMETER) : null

/** Where our own redirect from the form to the callback carries that name. */
export const NAME_PARAMETER = 'name'

const OUTRIGHT = ['OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED']

/**
 * The UserInfo, where the ID token leaves out what scopes asked for (OpenID Connect Core §5.4). Its `sub` must be the same.
 * A provider that does not answer there is no reason to keep out somebody it has named: the failure comes back instead.
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

/** It answered, of somebody else, or as somebody else. */
const isLie = ({ cause }: Problem): boolean =>
  cause instanceof Error && 'code' in cause && OUTRIGHT.includes(String(cause.code))

/** Microsoft says in the ID token alone whose an e-mail is, and of a provider that is trusted nothing more is asked. */
const needsNoWord = ({ issuer, trustEmail }: ProviderSettings, { email }: Document): boolean =>
  (trustEmail || isMicrosoft(issuer)) && isText(email)

/**
 * An e-mail and what is said of it, from one document: the first that says both, else the first that has an e-mail. What
 * one document says of an e-mail is not said of the e-mail in another.
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
 * Microsoft says by a claim of its own that the domain of an e-mail belongs to the tenant. Its `email` is no proof: whoever
 * runs a tenant writes it into its accounts ("nOAuth").
 */
function vouchedFor({ issuer }: ProviderSettings, { email_verified, xms_edov }: Document): unknown {
  if (isMicrosoft(issuer))
    return xms_edov === undefined ? undefined : xms_edov === true || xms_edov === '1' || xms_edov === 1
  return email_verified ?? undefined
}
