/**
 * The options for browsers: the arguments of `navigator.credentials`, in the JSON of WebAuthn Level 3, §5.1.8 and
 * §5.1.9.
 */
import type { Static } from '@sinclair/typebox'
import type { Config } from '../../config.ts'
import { base64url, utf8 } from '../../lib/encoding.ts'
import { CEREMONY_TTL_SECONDS, type StartedCeremony } from './ceremony.ts'
import type { CreationOptions, RequestOptions } from './schema.ts'

/** EdDSA, ES256 and RS256 (RFC 9053, RFC 8812). Authenticators support these. The preferred one is first. */
export const ALGORITHMS = [-8, -7, -257] as const

const timeout = CEREMONY_TTL_SECONDS * 1000

export interface Described {
  credentialId: string
  transports: string[]
}

const describe = ({ credentialId, transports }: Described) => ({
  id: credentialId,
  type: 'public-key' as const,
  transports,
})

/** The user handle: the authenticator stores it with the passkey and returns it. It is the user id (§5.4.3). */
export const userHandle = (userId: string): string => base64url(utf8(userId))

/** For `get()`. Without `allowed`, the person chooses among all their passkeys for this site. */
export const requestOptions = (
  { rpId }: Pick<Config, 'rpId'>,
  { challenge }: StartedCeremony,
  allowed: readonly Described[] = [],
): Static<typeof RequestOptions> => ({
  challenge,
  rpId,
  timeout,
  userVerification: 'required',
  allowCredentials: allowed.map(describe),
})

/**
 * For `create()`: discoverable, with user verification (a PIN, a fingerprint or a face). The server does not ask for
 * the maker of the authenticator.
 */
export const creationOptions = (
  { rpId, brandName }: Pick<Config, 'rpId' | 'brandName'>,
  { challenge }: StartedCeremony,
  user: { id: string; email: string; name: string },
  existing: readonly Described[] = [],
): Static<typeof CreationOptions> => ({
  challenge,
  rp: { id: rpId, name: brandName },
  user: { id: userHandle(user.id), name: user.email, displayName: user.name || user.email },
  pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
  timeout,
  attestation: 'none',
  excludeCredentials: existing.map(describe),
  authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
  extensions: { credProps: true },
})
