/** The providers whose identity assertion grants count, and where their keys are. */
import type { Deps } from '../../deps.ts'
import { fromUtf8 } from '../../lib/encoding.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { ProviderSettings } from '../../lib/provider-settings.ts'
import { createFetched } from '../oauth-clients/fetched.ts'

const MAX_BYTES = 65_536
const TIMEOUT_MS = 5_000
const KEPT_MS = 3_600_000

/** The provider with this issuer, if the operator trusts its assertions. */
export const trustedIssuer = (
  { providers, variables }: Pick<Deps['config'], 'providers' | 'variables'>,
  issuer: unknown,
): ProviderSettings | undefined => {
  const trusted = (variables.ID_JAG_PROVIDERS ?? '').split(',').map((id) => id.trim())
  return providers.find(
    (provider) => provider.kind === 'oidc' && provider.issuer === issuer && trusted.includes(provider.id),
  )
}

const fetchedBy = oncePer((_fetchPublic: Deps['fetchPublic']) => createFetched<string>(100))

/** The `jwks_uri` of an issuer (OpenID Connect Discovery §4). It is asked once an hour. Throws an error that says why there is none. */
export async function jwksUriOf(
  { clock, fetchPublic }: Pick<Deps, 'clock' | 'fetchPublic'>,
  issuer: string,
): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const fetched = fetchedBy(fetchPublic)
  const now = clock.now()
  const known = fetched.known(url, now)
  if (known !== undefined) return known.value
  return fetched.ask(url, now, async () => {
    const { status, body } = await fetchPublic(url, {
      headers: { accept: 'application/json' },
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
    })
    if (status !== 200) throw new Error(`the metadata of ${issuer} answered ${status}`)
    const metadata: unknown = JSON.parse(fromUtf8(body))
    const isObject = typeof metadata === 'object' && metadata !== null
    if (!isObject || !('issuer' in metadata) || metadata.issuer !== issuer)
      throw new Error(`the metadata of ${issuer} is of another issuer`)
    if (!('jwks_uri' in metadata) || typeof metadata.jwks_uri !== 'string')
      throw new Error(`the metadata of ${issuer} has no jwks_uri`)
    return { value: metadata.jwks_uri, keptMs: KEPT_MS }
  })
}
