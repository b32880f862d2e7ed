/** Passkeys (WebAuthn): the options of the server for `navigator.credentials.get()`, and its result. */
import { type Answer, type Failure, isRecord, post } from './post.ts'

export const hasPasskeys = 'PublicKeyCredential' in window

/** The sign-in that waits for its second factor. */
export interface Waiting {
  challenge?: string | undefined
  rememberDevice?: boolean
}

type BodyOfPasskey = (shown: { challenge: unknown; credential: unknown }, waiting: Waiting) => Record<string, unknown>
/** The route of the options, the route of the answer, and its body. */
type Use = 'sign-in' | 'factor' | 'step-up'
const USES: Record<Use, [options: string, action: string, body: BodyOfPasskey]> = {
  'sign-in': ['/v1/auth/passkey/options', '/v1/auth/passkey', (shown) => ({ ...shown, useCookie: true })],
  factor: [
    '/v1/auth/mfa/passkey/options',
    '/v1/auth/mfa/verify',
    ({ challenge: passkeyChallenge, credential }, { challenge, rememberDevice }) => ({
      challenge,
      factor: 'passkey',
      passkeyChallenge,
      credential,
      ...(rememberDevice ? { rememberDevice } : {}),
    }),
  ],
  'step-up': ['/v1/auth/step-up/passkey/options', '/v1/auth/step-up', (shown) => shown],
}

/**
 * `autofill`: the browser offers the passkeys in a field of the page, and asks nothing, until this signal ends it. Never
 * rejects.
 */
export async function answerWithPasskey(use: string, waiting: Waiting, autofill?: AbortSignal): Promise<Answer> {
  if (!isUse(use)) return cancelled
  const [options, action, body] = USES[use]
  const shown = await askForPasskey(options, use === 'factor' ? { challenge: waiting.challenge } : {}, autofill)
  if (!shown.ok) return shown
  return post(action, body({ challenge: shown.challenge, credential: shown.credential }, waiting))
}

const isUse = (text: string): text is Use => Object.hasOwn(USES, text)

type Shown = { ok: true; challenge: unknown; credential: Record<string, unknown> } | Failure

/** Asks the server for options at `path`, and the person for a passkey. Never rejects. */
async function askForPasskey(path: string, body: Record<string, unknown>, autofill?: AbortSignal): Promise<Shown> {
  const started = await post(path, body)
  if (!started.ok) return started
  const { challenge, options } = started.body
  try {
    const credential = await navigator.credentials.get({
      publicKey: requestOptions(options),
      ...(autofill === undefined ? {} : { mediation: 'conditional', signal: autofill }),
    })
    if (!(credential instanceof PublicKeyCredential)) return cancelled
    return { ok: true, challenge, credential: toJson(credential) }
  } catch {
    return cancelled // the person closed the dialog, or has no passkey here
  }
}

const cancelled: Failure = { ok: false, code: 'passkey.cancelled', reasons: [], retryAfterSeconds: undefined }

/** As `PublicKeyCredential.parseRequestOptionsFromJSON`, which older browsers lack. */
function requestOptions(given: unknown): PublicKeyCredentialRequestOptions {
  const options = isRecord(given) ? given : {}
  const allowed: unknown[] = Array.isArray(options.allowCredentials) ? options.allowCredentials : []
  return {
    challenge: toBytes(options.challenge),
    ...(typeof options.rpId === 'string' ? { rpId: options.rpId } : {}),
    ...(typeof options.timeout === 'number' ? { timeout: options.timeout } : {}),
    userVerification: 'required',
    allowCredentials: allowed.filter(isRecord).map(({ id, transports }) => ({
      id: toBytes(id),
      type: 'public-key',
      ...(Array.isArray(transports) ? { transports: transports as AuthenticatorTransport[] } : {}), // unknown ones are ignored
    })),
  }
}

/** As `credential.toJSON()`. */
function toJson({ id, rawId, response }: PublicKeyCredential): Record<string, unknown> {
  const { clientDataJSON, authenticatorData, signature, userHandle } = response as AuthenticatorAssertionResponse // of a get()
  return {
    id,
    rawId: toText(rawId),
    type: 'public-key',
    response: {
      clientDataJSON: toText(clientDataJSON),
      authenticatorData: toText(authenticatorData),
      signature: toText(signature),
      userHandle: userHandle === null ? null : toText(userHandle),
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
