/** Passkeys (WebAuthn): the options of the server for `navigator.credentials.get()`, and its result. */
import { assertion, requestOptions } from '../../../browser/webauthn-json.ts'
import { type Answer, type Failure, post } from './post.ts'

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
    const shown = await navigator.credentials.get({
      publicKey: requestOptions(options),
      ...(autofill === undefined ? {} : { mediation: 'conditional', signal: autofill }),
    })
    const credential = assertion(shown)
    return credential === undefined ? cancelled : { ok: true, challenge, credential }
  } catch {
    return cancelled // the person closed the dialog, or has no passkey here
  }
}

const cancelled: Failure = { ok: false, code: 'passkey.cancelled', reasons: [], retryAfterSeconds: undefined }
