/**
 * A sign-in in this browser that waits for its next step: the second factor, or the code of a mail. It is sealed into a
 * cookie, so that a page without a script can show the step, and a reload shows it again. The form of the step has the
 * same text in a field, so two tabs do not disturb each other. It never has a password, and it opens nothing by itself.
 */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../deps.ts'
import { writeWaitingCookie } from '../../lib/cookies.ts'
import { AES_GCM_NONCE_BYTES, decrypt, encrypt } from '../../lib/crypto.ts'
import { keysFor } from '../../lib/secret-keys.ts'
import { Factor } from './schema.ts'

/** As long as the code of a mail that resets a password. The challenge of a second factor ends sooner. */
export const WAITING_SECONDS = 1800

const email = Type.String()
const WaitingSignIn = Type.Union([
  Type.Object({ for: Type.Literal('factor'), challenge: Type.String(), factors: Type.Array(Factor) }),
  /** A mail with a code was asked for. Whether there is an account is not known here. */
  Type.Object({ for: Type.Literal('sign-in'), email }),
  Type.Object({ for: Type.Literal('reset'), email }),
  /** `userId`: of the account that this browser made, unless the address had one. */
  Type.Object({ for: Type.Literal('sign-up'), email, userId: Type.String() }),
  /** Nothing: the address that was typed fills in the next page. It is in no URL, which servers log. */
  Type.Object({ for: Type.Literal('typed'), email }),
  /** Nothing but a password. */
  Type.Object({
    for: Type.Literal('password'),
    email,
    because: Type.Literal('reset'),
  }),
])
export type WaitingSignIn = Static<typeof WaitingSignIn>

const Sealed = Type.Object({ waiting: WaitingSignIn, expiresAt: Type.Integer() })

const keys = keysFor('waiting-sign-ins')
const CONTEXT = 'waiting sign-in'

export async function sealWaiting(
  { config, clock, random }: Pick<Deps, 'config' | 'clock' | 'random'>,
  waiting: WaitingSignIn,
): Promise<string> {
  const [{ key }] = await keys(config)
  const text = JSON.stringify({ waiting, expiresAt: clock.now() + WAITING_SECONDS * 1000 })
  return encrypt(key, random.bytes(AES_GCM_NONCE_BYTES), text, CONTEXT)
}

/** Undefined for a text that this server did not seal, and for one that is too old. */
export async function openWaiting(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  sealed: string | undefined,
): Promise<WaitingSignIn | undefined> {
  if (sealed === undefined) return undefined
  for (const { key } of await keys(config)) {
    const text = await decrypt(key, sealed, CONTEXT)
    if (text === undefined) continue
    const opened: unknown = JSON.parse(text)
    return Value.Check(Sealed, opened) && opened.expiresAt > clock.now() ? opened.waiting : undefined
  }
  return undefined
}

/** The whole Set-Cookie header. An empty text removes the cookie. */
export const waitingCookie = ({ appUrl }: Pick<Deps['config'], 'appUrl'>, sealed: string): string =>
  writeWaitingCookie(appUrl, sealed, sealed === '' ? 0 : WAITING_SECONDS)
