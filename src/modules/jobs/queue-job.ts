import type { SQL } from 'drizzle-orm'
import type { Deps } from '../../deps.ts'
import { AES_GCM_NONCE_BYTES, decrypt, deriveKey, encrypt } from '../../lib/crypto.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Followed } from '../../core/events/commit.ts'
import { type ClaimedJob, insertJob, type NewJob } from './queries.ts'

export interface JobRequest extends Pick<NewJob, 'kind' | 'userId'> {
  /** What the handler needs, JSON. Encrypted at rest. */
  payload: unknown
  /** The event of the same batch that it follows from, where there is one. */
  eventId?: string
  /** Not before so much later; less than `HORIZON_MS`. */
  delayMs?: number
}

export type QueueJobDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'queue'>

/** Derived when first asked for: workers may not at their start. */
const payloadKey = oncePer(({ appSecret }: Deps['config']) => deriveKey(appSecret, 'jobs'))

/**
 * The step that queues a job with the change it follows from: it is written in the same batch if `when` holds there,
 * mostly `happened(event)`, so neither is without the other. Once committed, a worker is woken if it was.
 *
 * It is done at least once. Its id goes along with whatever it delivers, so a duplicate is seen to be one.
 */
export async function queueJob(
  { config, db, clock, random, queue }: QueueJobDeps,
  { kind, userId, payload, eventId, delayMs = 0 }: JobRequest,
  when: SQL,
): Promise<Followed> {
  const id = random.id('job')
  const now = clock.now()
  const nonce = random.bytes(AES_GCM_NONCE_BYTES)
  const sealed = await encrypt(await payloadKey(config), nonce, JSON.stringify(payload), id)
  return {
    statement: insertJob(
      db,
      { id, kind, userId, eventId: eventId ?? null, payload: sealed, runAt: now + delayMs, createdAt: now },
      when,
    ),
    afterwards: (queued) => {
      if (queued) queue.wake()
    },
  }
}

/** What was queued; undefined when APP_SECRET is another one by now. */
export async function openPayload(
  { config }: Pick<Deps, 'config'>,
  { id, payload }: Pick<ClaimedJob, 'id' | 'payload'>,
): Promise<unknown> {
  const text = payload === null ? undefined : await decrypt(await payloadKey(config), payload, id)
  return text === undefined ? undefined : JSON.parse(text)
}
