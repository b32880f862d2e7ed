/** What WebAuthn takes and gives, from and to the JSON of the API. Older browsers lack the functions for it. */
import { isRecord } from '../lib/is-record.ts'

/** As `PublicKeyCredential.parseRequestOptionsFromJSON`, which older browsers lack. */
export function requestOptions(given: unknown): PublicKeyCredentialRequestOptions {
  const options = isRecord(given) ? given : {}
  return {
    challenge: toBytes(options.challenge),
    ...(typeof options.rpId === 'string' && { rpId: options.rpId }),
    ...(typeof options.timeout === 'number' && { timeout: options.timeout }),
    userVerification: 'required',
    allowCredentials: descriptors(options.allowCredentials),
  }
}

/** As `PublicKeyCredential.parseCreationOptionsFromJSON`. */
export function creationOptions(given: unknown): PublicKeyCredentialCreationOptions {
  const options = given as PublicKeyCredentialCreationOptionsJSON // of our own server, by the OpenAPI document
  return {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    pubKeyCredParams: options.pubKeyCredParams.map(({ alg }) => ({ alg, type: 'public-key' })),
    excludeCredentials: descriptors(options.excludeCredentials),
    attestation: 'none',
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    extensions: { credProps: true },
  }
}

const descriptors = (given: unknown): PublicKeyCredentialDescriptor[] =>
  (Array.isArray(given) ? given : []).filter(isRecord).map(({ id, transports }) => ({
    id: toBytes(id),
    type: 'public-key',
    ...(Array.isArray(transports) && { transports: transports as AuthenticatorTransport[] }), // unknown ones are ignored
  }))

/** As `credential.toJSON()`, which older browsers lack. */
export function assertion(credential: Credential | null): Record<string, unknown> | undefined {
  if (!(credential instanceof PublicKeyCredential)) return undefined
  const { clientDataJSON, authenticatorData, signature, userHandle } =
    credential.response as AuthenticatorAssertionResponse // of a get()
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: 'public-key',
    response: {
      clientDataJSON: toText(clientDataJSON),
      authenticatorData: toText(authenticatorData),
      signature: toText(signature),
      userHandle: userHandle === null ? null : toText(userHandle),
    },
  }
}

export function attestation(credential: Credential | null): Record<string, unknown> | undefined {
  if (!(credential instanceof PublicKeyCredential)) return undefined
  const response = credential.response as AuthenticatorAttestationResponse // of a create()
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: 'public-key',
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  }
}

const toBytes = (text: unknown): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(String(text).replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))

const toText = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
