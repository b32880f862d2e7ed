/** The metadata of providers, by discovery. Callers share one request. Metadata and failures are cached. */
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

/** Lifetime of cached metadata and of the keys that came with it. */
const METADATA_LIFE_MS = 3_600_000
/**
 * Lifetime of a cached failure. It prevents a flood of sign-ins from becoming a flood of requests to a failing
 * provider.
 */
const FAILURE_LIFE_MS = 10_000
const TIMEOUT_SECONDS = 5
/** Longer than one request can take. */
const ABANDONED_MS = 6_000

interface Known {
  read?: { configuration: openid.Configuration; at: number }
  failed?: { problem: Problem; at: number }
  asking?: { answer: Promise<openid.Configuration>; since: number }
}

/** One entry for each provider. */
const known = oncePer((_: Deps['config']) => new Map<string, Known>())

/**
 * The metadata of a provider. It is read once an hour, in one request for all simultaneous callers. A failure is
 * cached for 10 s. Throws `provider.unavailable`, `provider.answer_invalid`, `provider.misconfigured`.
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
  // On workers, a cancelled request never settles its promises. So a caller waits for the pending request only for a
  // limited time.
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

/** The cached failure as a new problem for another caller. */
const again = ({ code, cause, options }: Problem, leftMs: number): Problem =>
  problem(code, {
    cause,
    ...(options.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) }),
  })

async function configure(deps: ProviderDeps, client: Client, provider: ProviderSettings) {
  const { kind, issuer, clientId } = provider
  const customFetch: openid.CustomFetch = async (url, init) => {
    const answer = await fetchFromProvider(deps, url, init as RequestInit) // the type is narrower
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
      // By default the library trusts TLS instead of the signature. This checks the signature against the keys of the
      // issuer.
      client.enableNonRepudiationChecks,
      // The library allows http here outside production. `fetchFromProvider` then allows it only for the local
      // machine.
      ...(deps.config.production ? [] : [client.allowInsecureRequests]),
    ],
  })
  checkIssuer(provider, configuration.serverMetadata().issuer)
  return configuration
}

/**
 * Compares the issuer in the metadata with the configured one. openid-client does not compare it for some hosts of
 * Microsoft.
 */
function checkIssuer({ issuer, trustEmail }: ProviderSettings, announced: string): void {
  if (!maySpeakAs(issuer, announced))
    throw problem('provider.answer_invalid', { cause: new Error('the metadata has another issuer') })
  // A tenant that is named by a domain may be a shared tenant. The name does not show it, so the announced issuer is
  // checked.
  const isOneTenant = issuerOfToken(announced, undefined) === announced && !isSharedTenant(announced)
  if (trustEmail && !isOneTenant)
    throw problem('provider.misconfigured', {
      cause: new Error('trustEmail must not be set: the tenant is shared by all accounts'),
    })
}

const secretOf = async ({ clock }: ProviderDeps, { secret, clientId }: ProviderSettings): Promise<string> =>
  typeof secret === 'string' ? secret : signAppleSecret(clock, clientId, secret)

/**
 * The configured method, or one that the metadata offers. If the metadata names no method, it is
 * `client_secret_basic` (Discovery §3).
 */
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
