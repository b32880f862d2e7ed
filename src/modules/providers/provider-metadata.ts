/** The metadata of providers, by discovery: asked for once by all who need them, remembered, and so are failures. */
import type * as openid from 'openid-client'
import type { Deps } from '../../deps.ts'
import { Problem, problem } from '../../errors.ts'
import { oncePer } from '../../lib/once-per.ts'
import { isSharedTenant, issuerOfToken, maySpeakAs } from '../../lib/provider-issuers.ts'
import type { ProviderSettings } from '../../lib/provider-settings.ts'
import { endpoints } from './api-profiles.ts'
import { signAppleSecret } from './apple-secret.ts'
import { asProblem } from './provider-failure.ts'
import { fetchFromProvider } from './provider-fetch.ts'
import { readableTokenAnswer } from './token-answer.ts'

export type ProviderDeps = Pick<Deps, 'config' | 'clock' | 'fetch'>
export type Client = typeof openid

/** Metadata of a provider, and with it the keys it has shown, are asked for again after this, … */
const METADATA_LIFE_MS = 3_600_000
/** … and after a failure, so that no flood of sign-ins becomes a flood at a provider that is in trouble. */
const FAILURE_LIFE_MS = 10_000
const TIMEOUT_SECONDS = 5
/** Longer than the one request takes. */
const ABANDONED_MS = 6_000

interface Known {
  read?: { configuration: openid.Configuration; at: number }
  failed?: { problem: Problem; at: number }
  asking?: { answer: Promise<openid.Configuration>; since: number }
}

/** As many entries as there are providers. */
const known = oncePer((_: Deps['config']) => new Map<string, Known>())

/**
 * The metadata of a provider, once an hour, in one request for all who ask at once. A failure is remembered for 10 s. Throws
 * `provider.unavailable`, `provider.answer_invalid`, `provider.misconfigured`.
 */
export async function configurationOf(
  deps: ProviderDeps,
  client: Client,
  provider: ProviderSettings,
): Promise<openid.Configuration> {
  const entries = known(deps.config)
  const entry = entries.get(provider.id) ?? {}
  entries.set(provider.id, entry)
  const now = deps.clock.now()
  const { read, failed, asking } = entry
  if (read && Math.abs(now - read.at) < METADATA_LIFE_MS) return read.configuration
  if (failed && Math.abs(now - failed.at) < FAILURE_LIFE_MS)
    throw again(failed.problem, failed.at + FAILURE_LIFE_MS - now)
  // A worker's request that is cancelled settles nothing any more: what it began must not be waited for, for ever.
  if (asking && Math.abs(now - asking.since) < ABANDONED_MS) return asking.answer
  const answer = ask(deps, client, provider, entry).finally(() => {
    if (entry.asking?.answer === answer) delete entry.asking
  })
  entry.asking = { answer, since: now }
  return answer
}

async function ask(deps: ProviderDeps, client: Client, provider: ProviderSettings, entry: Known) {
  try {
    const configuration = await asProblem(() => configure(deps, client, provider))
    entry.read = { configuration, at: deps.clock.now() }
    delete entry.failed
    return configuration
  } catch (error) {
    if (error instanceof Problem) entry.failed = { problem: error, at: deps.clock.now() }
    throw error
  }
}

/** The same failure for somebody else. */
const again = ({ code, cause, options }: Problem, leftMs: number): Problem =>
  problem(code, {
    cause,
    ...(options.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) }),
  })

async function configure(deps: ProviderDeps, client: Client, provider: ProviderSettings) {
  const { kind, issuer, clientId } = provider
  const customFetch: openid.CustomFetch = async (url, init) => {
    const answer = await fetchFromProvider(deps, url, init as RequestInit) // narrower
    return init.method === 'POST' ? readableTokenAnswer(answer) : answer
  }
  const authenticate: openid.ClientAuth = async (server, metadata, body, headers) =>
    clientAuth(client, provider, await secretOf(deps, provider), server)(server, metadata, body, headers)
  if (kind !== 'oidc') {
    const configuration = new client.Configuration({ issuer, ...endpoints[kind] }, clientId, undefined, authenticate)
    configuration[client.customFetch] = customFetch
    configuration.timeout = TIMEOUT_SECONDS
    return configuration
  }
  const configuration = await client.discovery(new URL(issuer), clientId, undefined, authenticate, {
    [client.customFetch]: customFetch,
    timeout: TIMEOUT_SECONDS,
    execute: [
      // A signature that only TLS vouches for is no signature: this checks it against the keys of the issuer.
      client.enableNonRepudiationChecks,
      // Of what is not https, `fetchFromProvider` lets this machine through, outside production.
      ...(deps.config.production ? [] : [client.allowInsecureRequests]),
    ],
  })
  checkIssuer(provider, configuration.serverMetadata().issuer)
  return configuration
}

/** openid-client compares them too, but for some hosts of Microsoft's, where it takes any. */
function checkIssuer({ issuer, trustEmail }: ProviderSettings, announced: string): void {
  if (!maySpeakAs(issuer, announced))
    throw problem('provider.answer_invalid', { cause: new Error('the metadata are of another issuer') })
  // A domain may belong to the tenant of everybody, which its name does not tell.
  const isOneTenant = issuerOfToken(announced, undefined) === announced && !isSharedTenant(announced)
  if (trustEmail && !isOneTenant)
    throw problem('provider.misconfigured', {
      cause: new Error('trustEmail must not be set: the tenant is one of everybody'),
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
