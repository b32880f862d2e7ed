/**
 * What an authenticator sent, checked by WebAuthn Level 3, §7.1 and §7.2. Whatever is wrong with it is one answer:
 * undefined. The library is loaded when the first passkey comes: it weighs more than everything else of a start.
 */
import type { Config } from '../../config.ts'
import { base64url, fromBase64url, fromUtf8 } from '../../lib/encoding.ts'
import { ALGORITHMS } from './options.ts'
import type { Credential, NewCredential } from './schema.ts'

type Party = Pick<Config, 'rpId' | 'passkeyOrigins'>

const library = () => import('@simplewebauthn/server')
const helpers = () => import('@simplewebauthn/server/helpers')

/** A COSE key of RSA with 4096 bits is half of it; larger ones would only cost us time. */
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

/** A new passkey, made for this challenge on a page of ours by somebody the authenticator knows. */
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
    // The id is in the data of the authenticator; the one beside it is what the browser says.
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

/** Right for no key, and read by every algorithm: two integers of 29 bytes in DER, as long as one of Ed25519 must be. */
const INTEGER = [0x02, 29, ...Array<number>(29).fill(1)]
const NO_SIGNATURE = Uint8Array.of(0x30, 62, ...INTEGER, ...INTEGER)

/** It is a key at all, or whoever registers it could never sign in: without attestation nothing is signed with it yet. */
async function isUsable(credentialPublicKey: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const { verifySignature } = await helpers()
  // Throws for what is no key.
  return !(await verifySignature({ signature: NO_SIGNATURE, data: NO_SIGNATURE, credentialPublicKey }))
}

/**
 * No certificates: none was asked for, and browsers take them out (§5.1.3). The library would follow the addresses of
 * revocation lists that stand in them, and those are whatever the sender likes.
 */
async function isUncertified(attestationObject: string): Promise<boolean> {
  const { decodeAttestationObject } = await helpers()
  const decoded = decodeAttestationObject(fromBase64url(attestationObject) ?? new Uint8Array())
  const fmt = decoded.get('fmt')
  return fmt === 'none' || (fmt === 'packed' && decoded.get('attStmt').get('x5c') === undefined)
}

export interface VerifiedAssertion {
  /** 0 where the authenticator counts nothing, as synced passkeys do. */
  signCount: number
  backedUp: boolean
  /** It can be on one device alone. */
  singleDevice: boolean
}

/**
 * A signature by this key over this challenge, made on a page of ours by somebody the authenticator knows. The counter is
 * not compared here: only who has the key may say that it went back.
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

/** An object that says it was not made in a frame of another page: the library lets that pass where no page is named. */
function isPlainClientData(encoded: string): boolean {
  try {
    const data: unknown = JSON.parse(fromUtf8(fromBase64url(encoded) ?? new Uint8Array()))
    return typeof data === 'object' && data !== null && !('crossOrigin' in data && data.crossOrigin !== false)
  } catch {
    return false
  }
}
