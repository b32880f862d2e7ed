/** `WWW-Authenticate` of our own API: which credential a request needs (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3). */
import { algNames } from '../lib/primitives/public-keys.ts'
import { DPOP_ALGS } from '../modules/token/dpop.ts'

export interface ChallengeParts {
  /** The scheme of the token that was sent. */
  scheme?: 'Bearer' | 'DPoP'
  /** Absent: the request had no credential, so it learns the scheme only. */
  error?: string
  more?: Readonly<Record<string, string>>
}

/** Names the document that says which server issues tokens for this API (RFC 9728 §5.1). */
export function challenge(appUrl: string, { scheme = 'Bearer', error, more = {} }: ChallengeParts = {}): string {
  const parts = {
    ...(error === undefined ? {} : { error }),
    ...more,
    ...(scheme === 'DPoP' ? { algs: algNames(DPOP_ALGS).join(' ') } : {}),
    resource_metadata: `${appUrl}/.well-known/oauth-protected-resource`,
  }
  return `${scheme} ${Object.entries(parts)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}`
}
