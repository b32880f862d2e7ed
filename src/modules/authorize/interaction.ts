/**
 * A request that waits for a person: for their sign-in, or for their consent. It is sealed into a URL of ours and not
 * stored, so nobody fills the database by starting requests that they never finish. It is no credential: it opens nothing
 * without a session of the person.
 */
import type { Deps } from '../../deps.ts'
import { AES_GCM_NONCE_BYTES, decrypt, encrypt } from '../../lib/crypto.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { keysFor } from '../../lib/secret-keys.ts'

export const INTERACTION_SECONDS = 900

export interface Interaction {
  /** The parameters of the request. They are validated again, because the client may have changed meanwhile. */
  parameters: Record<string, string | string[]>
  /** They came from `request_uri`. */
  pushed: boolean
  /** When the request began, ms UTC. */
  at: number
  /** The session of the browser at that time; null: none. */
  sessionBefore: string | null
  /** The person wants to use another account, so a new sign-in is needed. */
  otherAccount: boolean
  /** Of a consent: the only session that may answer it. */
  sessionId: string | null
  /** Of a consent: the page shows no scopes, because they were allowed before. */
  onlyAccount: boolean
  /** ms UTC */
  expiresAt: number
}

/**
 * What the request waits for; `form`: for the GET that follows its form. A text that was sealed for one is not accepted for
 * another.
 */
export type Waiting = 'sign-in' | 'consent' | 'form'

/** With the paths around it, the URL must stay below the 8192 characters that `requests` takes. */
const MAX_SEALED = 7400

const keys = keysFor('authorization-codes')
const contextOf = (waiting: Waiting): string => `threeger interaction: ${waiting}`

/** Throws `invalid_request` for a request that is too long for a URL. */
export async function sealInteraction(
  { config, clock, random }: Pick<Deps, 'config' | 'clock' | 'random'>,
  waiting: Waiting,
  interaction: Omit<Interaction, 'expiresAt'>,
): Promise<string> {
  const [{ key }] = await keys(config)
  const expiresAt = clock.now() + INTERACTION_SECONDS * 1000
  const text = JSON.stringify({ ...interaction, expiresAt })
  const sealed = await encrypt(key, random.bytes(AES_GCM_NONCE_BYTES), text, contextOf(waiting))
  if (sealed.length > MAX_SEALED) throw refuse('invalid_request', 'The request is too long.')
  return sealed
}

/** Undefined for a text that this server did not seal for this, and for an interaction that has expired. */
export async function openInteraction(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  waiting: Waiting,
  sealed: string,
): Promise<Interaction | undefined> {
  for (const { key } of await keys(config)) {
    const opened = await decrypt(key, sealed, contextOf(waiting))
    if (opened === undefined) continue
    const interaction = JSON.parse(opened) as Interaction // authenticated by AES-GCM
    return interaction.expiresAt > clock.now() ? interaction : undefined
  }
  return undefined
}
