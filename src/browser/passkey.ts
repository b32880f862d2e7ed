/** Passkeys (WebAuthn): options of the server for `navigator.credentials`, and what it returns, as the API takes it. */
import { type Answer, type Problem, send } from './api.ts'
import { assertion, attestation, creationOptions, requestOptions } from './webauthn-json.ts'

export const hasPasskeys = 'PublicKeyCredential' in window

/** The person closed the dialog of the browser, it took too long, or there is no passkey here. */
const CANCELLED = 'passkey.cancelled'
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
