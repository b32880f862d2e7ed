import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { base64url } from '../../lib/encoding.ts'
import { chooseReturnUrl } from '../../lib/return-urls.ts'
import { FLOW_SECONDS, type Flow, sealFlow } from './flow-cookie.ts'
import { authorizationUrl, providerOf } from './provider-client.ts'

type BeginDeps = Pick<Deps, 'config' | 'clock' | 'random' | 'fetch'>

const SECRET_BYTES = 32

/**
 * Begins the way to a provider: its URL, and the value of the cookie that must come back with the answer. No database.
 * Throws `provider.not_found`, `provider.return_url_refused`, `provider.unavailable`, `provider.answer_invalid`.
 */
export async function beginFlow(
  deps: BeginDeps,
  providerId: string,
  { returnTo, link }: { returnTo?: string | undefined; link?: Flow['link'] },
): Promise<{ url: string; cookie: string }> {
  const { config, clock, random } = deps
  const provider = providerOf(deps, providerId)
  const target = chooseReturnUrl(config.returnUrls, returnTo)
  if (target === undefined) throw problem('provider.return_url_refused')
  const secret = () => base64url(random.bytes(SECRET_BYTES))
  const flow: Flow = {
    provider: provider.id,
    state: secret(),
    nonce: secret(),
    verifier: secret(),
    returnTo: target,
    expiresAt: clock.now() + FLOW_SECONDS * 1000,
    ...(link === undefined ? {} : { link }),
  }
  return { url: await authorizationUrl(deps, provider, flow), cookie: await sealFlow(deps, flow) }
}
