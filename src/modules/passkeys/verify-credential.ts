/**
 * Verifies the data of an authenticator by WebAuthn Level 3, §7.1 and §7.2. Returns undefined for every kind of
 * failure. The library is loaded with the first passkey, because it is larger than all other code of a start.
 */
import type { Config } from '../../config.ts'
import { base64url, fromBase64url, fromUtf8 } from '../../lib/encoding.ts'
import { ALGORITHMS } from './options.ts'
import type { Credential, NewCredential } from './schema.ts'

type Party = Pick<Config, 'rpId' | 'passkeyOrigins'>

const library = () => import('@simplewebauthn/server')
const helpers = () => import('@simplewebauthn/server/helpers')

/** An RSA key of 4096 bits is half of this size in COSE form. Larger keys would only cost computing time. */
const MAX_KEY_BYTES = 1100
const MAX_SIGN_COUNT = 2 ** 32 - 1

export interface VerifiedCredential {
  credentialId: string
  publicKey: string
  signCount: number
  transports: string[]
  aaguid: string
  backedUp: boolean
}

/** Verifies a new passkey: it was made for this challenge, on one of our pages, with user verification. */
export async function verifyNewCredential(
  { rpId, passkeyOrigins }: Party,
  { id, rawId, type, response }: NewCredential,
  challenge: string,
): Promise<VerifiedCredential | undefined> {
  const { verifyRegistrationResponse } = await library()
  if (!isPlainClientData(response.clientDataJSON)) return undefined
  try {
    if (!(await isUncertified(response.attestationObject))) return undefined
    const { clientDataJSON, attestationObject, transports = [] } = response
    const { registrationInfo } = await verifyRegistrationResponse({
      response: { id, rawId, type, clientExtensionResults: {}, response: { clientDataJSON, attestationObject } },
      expectedChallenge: challenge,
      expectedOrigin: [...passkeyOrigins],
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...ALGORITHMS],
    })
    if (registrationInfo === undefined) return undefined
    const { credential, aaguid, credentialBackedUp } = registrationInfo
    if (!(await isUsable(credential.publicKey))) return undefined
    // The authenticator data contains the id. The id beside it comes from the browser, so the two must match.
    if (credential.id !== id || credential.publicKey.length > MAX_KEY_BYTES) return undefined
    return {
      credentialId: credential.id,
      publicKey: base64url(credential.publicKey),
      signCount: credential.counter,
      transports,
      aaguid,
      backedUp: credentialBackedUp,
    }
  } catch {
    return undefined
  }
}

/**
 * A signature that is valid for no key and readable by every algorithm: two 29-byte integers in DER, as long as an
 * Ed25519 signature.
 */
const INTEGER = [0x02, 29, ...Array<number>(29).fill(1)]
const NO_SIGNATURE = Uint8Array.of(0x30, 62, ...INTEGER, ...INTEGER)

/**
 * True if the data is a usable key. Without attestation no signature has been made with the key yet, so a person who
 * registers an unusable key could never sign in.
 */
async function isUsable(credentialPublicKey: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const { verifySignature } = await helpers()
  // Throws if the data is not a key.
  return !(await verifySignature({ signature: NO_SIGNATURE, data: NO_SIGNATURE, credentialPublicKey }))
}

/**
 * True if the attestation has no certificates. The server asks for none, and browsers remove them (§5.1.3). The
 * library would request the revocation lists named in a certificate, and the sender chooses those addresses.
 */
async function isUncertified(attestationObject: string): Promise<boolean> {
  const { decodeAttestationObject } = await helpers()
  const decoded = decodeAttestationObject(fromBase64url(attestationObject) ?? new Uint8Array())
  const fmt = decoded.get('fmt')
  return fmt === 'none' || (fmt === 'packed' && decoded.get('attStmt').get('x5c') === undefined)
}

export interface VerifiedAssertion {
  /** 0 if the authenticator does not count, as with synced passkeys. */
  signCount: number
  backedUp: boolean
  /** The passkey can exist on one device only. */
  singleDevice: boolean
}

/**
 * Verifies a signature: made by this key over this challenge, on one of our pages, with user verification. It does
 * not compare the counter. Only a holder of the key may report that the counter went back, so the caller compares it
 * after this check.
 */
export async function verifyAssertion(
  { rpId, passkeyOrigins }: Party,
  { id, rawId, type, response }: Credential,
  publicKey: string,
  challenge: string,
): Promise<VerifiedAssertion | undefined> {
  const { verifyAuthenticationResponse } = await library()
  const key = fromBase64url(publicKey)
  if (key === undefined || !isPlainClientData(response.clientDataJSON)) return undefined
  try {
    const { clientDataJSON, authenticatorData, signature } = response
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        id,
        rawId,
        type,
        clientExtensionResults: {},
        response: { clientDataJSON, authenticatorData, signature },
      },
      expectedChallenge: challenge,
      expectedOrigin: [...passkeyOrigins],
      expectedRPID: rpId,
      credential: { id, publicKey: key, counter: 0 },
      requireUserVerification: true,
    })
    const { newCounter, credentialBackedUp, credentialDeviceType } = authenticationInfo
    if (!verified || newCounter > MAX_SIGN_COUNT) return undefined
    return {
      signCount: newCounter,
      backedUp: credentialBackedUp,
      singleDevice: credentialDeviceType === 'singleDevice',
    }
  } catch {
    return undefined
  }
}

/**
 * True if the client data is an object that was not made in a frame of another page. The library accepts such frames
 * if no page is named.
 */
function isPlainClientData(encoded: string): boolean {
  try {
    const data: unknown = JSON.parse(fromUtf8(fromBase64url(encoded) ?? new Uint8Array()))
    return typeof data === 'object' && data !== null && !('crossOrigin' in data && data.crossOrigin !== false)
  } catch {
    return false
  }
}
