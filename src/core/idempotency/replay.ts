import { problem } from '../../errors.ts'
import type { IdempotencyKey } from './commit-once.ts'

/**
 * The current state of the object that an earlier request with this key changed. It is the answer when `commitOnce`
 * returns undefined. `find` reads it by the key. Throws `idempotency.key_reused` if the earlier request was another
 * one, and `server.busy` if the key expired between the write and this read.
 */
export async function replay<First extends { fingerprint: string }>(
  key: IdempotencyKey | undefined,
  find: (key: IdempotencyKey) => PromiseLike<First[]>,
): Promise<First> {
  const [first] = key ? await find(key) : []
  if (!key || !first) throw problem('server.busy', { retryAfterSeconds: 1 })
  if (first.fingerprint !== key.fingerprint) throw problem('idempotency.key_reused')
  key.replayed()
  return first
}
