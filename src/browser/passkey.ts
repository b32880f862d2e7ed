/** Passkeys (WebAuthn): options of the server for `navigator.credentials`, and what it returns, as the API takes it. */
import { type Answer, isRecord, type Problem, send } from './api.ts'

export const hasPasskeys = 'PublicKeyCredential' in window

/** The person closed the dialog of the browser, it took too long, or there is no passkey here. */
export const CANCELLED = 'passkey.cancelled'
/** This device has a passkey of the account already. */
const EXISTS = 'passkey.exists'

interface Started {
  challenge: string
  options: unknown
}
export type Shown =
  | { ok: true; body: { challenge: string; credential: Record<string, unknown> } }
  | { ok: false; problem: Problem }

/** `ask` sends a request: `call` where the act requires a fresh session. Never rejects. */
type Ask = (path: string) => Promise<Answer<Started>>
const askOnce: Ask = (path) => send<Started>({ method: 'POST', path, body: {} })

/** Lets the person show a passkey. `path` is the route of the options. */
export const showPasskey = (path: string, ask: Ask = askOnce): Promise<Shown> =>
  ceremony(path, ask, async (options) =>
    assertion(await navigator.credentials.get({ publicKey: requestOptions(options) })),
  )

/** Lets the person make a passkey. */
export const makePasskey = (path: string, ask: Ask = askOnce): Promise<Shown> =>
  ceremony(path, ask, async (options) =>
    attestation(await navigator.credentials.create({ publicKey: creationOptions(options) })),
  )

async function ceremony(
  path: string,
  ask: Ask,
  run: (options: unknown) => Promise<Record<string, unknown> | undefined>,
): Promise<Shown> {
  const started = await ask(path)
  if (!started.ok) return started
  const { challenge, options } = started.body
  try {
    const credential = await run(options)
    return credential ? { ok: true, body: { challenge, credential } } : failed(CANCELLED)
  } catch (error) {
    const exists = error instanceof DOMException && error.name === 'InvalidStateError'
    return failed(exists ? EXISTS : CANCELLED)
  }
}

const failed = (code: string): { ok: false; problem: Problem } => ({
  ok: false,
  problem: {
    code,
    status: 0,
    title: code === EXISTS ? 'This device has a passkey of this account already.' : 'No passkey was used. Try again.',
    errors: [],
    requestId: undefined,
    decisionId: undefined,
    retryAfterSeconds: undefined,
  },
})

/** As `PublicKeyCredential.parseRequestOptionsFromJSON`, which older browsers lack. */
function requestOptions(given: unknown): PublicKeyCredentialRequestOptions {
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
function creationOptions(given: unknown): PublicKeyCredentialCreationOptions {
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
function assertion(credential: Credential | null): Record<string, unknown> | undefined {
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

function attestation(credential: Credential | null): Record<string, unknown> | undefined {
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
