import { V7Generator } from 'uuidv7'
import type { Clock, Random } from '../deps.ts'
import { hex } from '../lib/encoding.ts'

/** Randomness from the platform's CSPRNG. Ids sort by time, even within one millisecond of one process. */
export function createRandom(clock: Clock): Random {
  const word = new Uint32Array(1)
  const generator = new V7Generator({
    nextUint32() {
      crypto.getRandomValues(word)
      return word[0] ?? 0
    },
  })
  let requestPrefix: string | undefined
  let requestCount = 0
  return {
    bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    id: (prefix) => `${prefix}_${generator.generateOrResetWithTs(clock.now()).toHex()}`,
    requestId() {
      // Made at the first call, because a starting Worker has no randomness.
      requestPrefix ??= `req_${hex(crypto.getRandomValues(new Uint8Array(8)))}`
      return `${requestPrefix}${(requestCount++).toString(36)}`
    },
  }
}
