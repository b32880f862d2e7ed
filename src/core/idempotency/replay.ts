import { problem } from '../../errors.ts'
import type { IdempotencyKey } from './commit-once.ts'

/**
 * What an earlier request under the key concerned, as it is now: the answer when `commitOnce` returns undefined. `find`
 * reads it by the key. Throws `idempotency.key_reused` when the earlier request was another one, and `server.busy` when the
 * key expired between the write and this read.
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
