import type { Deps } from '../../deps.ts'
import { type ErrorCode, problem } from '../../errors.ts'
import { base64url } from '../../lib/encoding.ts'
import { returnOfProvider } from '../../lib/return-urls.ts'
import { FLOW_SECONDS, type Flow, sealFlow } from './flow-cookie.ts'
import { authorizationUrl, providerOf } from './provider-client.ts'

type BeginDeps = Pick<Deps, 'config' | 'clock' | 'random' | 'fetch'>

const SECRET_BYTES = 32

/** The error codes that `beginFlow` throws. */
export const beginFailures = [
  'provider.not_found',
  'provider.return_url_refused',
  'provider.unavailable',
  'provider.answer_invalid',
  'provider.misconfigured',
] as const satisfies readonly ErrorCode[]

/**
 * Begins a flow with a provider. Returns the URL of the provider, and the value of the cookie that must come back
 * with the answer. No database access. Throws `beginFailures`.
 */
export async function beginFlow(
  deps: BeginDeps,
  providerId: string,
  { returnTo, fresh, link }: { returnTo?: string | undefined; fresh?: boolean | undefined; link?: Flow['link'] },
): Promise<{ url: string; cookie: string }> {
  const { config, clock, random } = deps
  const provider = providerOf(deps, providerId)
  const target = returnOfProvider(config, returnTo)
  if (target === undefined) throw problem('provider.return_url_refused')
  const secret = () => base64url(random.bytes(SECRET_BYTES))
  const flow: Flow = {
    provider: provider.id,
    state: stateFor(config.returnUrls, target, secret()),
    nonce: secret(),
    verifier: secret(),
    returnTo: target,
    expiresAt: clock.now() + FLOW_SECONDS * 1000,
    ...(fresh ? { fresh } : {}),
    ...(link === undefined ? {} : { link }),
  }
  return { url: await authorizationUrl(deps, provider, flow), cookie: await sealFlow(deps, flow) }
}

/**
 * Makes a state that also contains the number of the return URL. This helps if the person opens the callback again
 * after the cookie is gone. The number always selects one of RETURN_URLS, so a forged state gains nothing.
 */
const stateFor = (returnUrls: readonly string[], target: string, secret: string): string => {
  const index = returnUrls.indexOf(target)
  return index > 0 ? `${secret}.${index}` : secret
}

/** The return URL of the flow with this state. The default URL if the state is not one of ours. */
export const returnUrlOf = (returnUrls: readonly string[], state: string | null): string | undefined =>
  returnUrls[Number(/\.(\d{1,4})$/.exec(state ?? '')?.[1] ?? 0)] ?? returnUrls[0]
