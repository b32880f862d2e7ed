import type { SQL } from 'drizzle-orm'
import type { Followed } from '../../core/events/commit.ts'
import type { Deps } from '../../deps.ts'
import { AES_GCM_NONCE_BYTES, decrypt, deriveKey, encrypt } from '../../lib/crypto.ts'
import { oncePer } from '../../lib/once-per.ts'
import { type ClaimedJob, insertJob, type NewJob } from './queries.ts'

export interface JobRequest extends Pick<NewJob, 'kind' | 'userId'> {
  /** The input of the handler, as JSON. Encrypted at rest. */
  payload: unknown
  /** The id of the event in the same batch that caused the job, if there is one. */
  eventId?: string
  /** Delay before the first attempt, in ms. Less than `HORIZON_MS`. */
  delayMs?: number
}

export type QueueJobDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'queue'>

/** Derived at the first use: Workers cannot do this at their start. */
const payloadKey = oncePer(({ appSecret }: Deps['config']) => deriveKey(appSecret, 'jobs'))

/**
 * The step that queues a job in the same transaction as the change that caused it. The job is written if `when` holds
 * there, usually `happened(event)`, so the change and the job are both saved or neither is. After the commit, a worker
 * is woken if the job was written.
 *
 * The job is done at least once. Its id is sent with everything it delivers, so a recipient can detect a duplicate.
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

/** The payload of the job. Undefined if APP_SECRET is not the secret it was encrypted under. */
export async function openPayload(
  { config }: Pick<Deps, 'config'>,
  { id, payload }: Pick<ClaimedJob, 'id' | 'payload'>,
): Promise<unknown> {
  const text = payload === null ? undefined : await decrypt(await payloadKey(config), payload, id)
  return text === undefined ? undefined : JSON.parse(text)
}
