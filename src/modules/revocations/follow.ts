/** The feed of revocations as text for one follower. */
import {
  cursorText,
  HEARTBEAT_MS,
  type Revocation,
  type RevocationCursor,
  type RevocationNews,
} from '../../core/revocations/model.ts'
import { type StreamEndReason, streamEnds } from '../../core/rooms/model.ts'
import type { Deps } from '../../deps.ts'
import { iso } from '../../lib/iso-time.ts'
import { sseComment, sseFrame } from '../../lib/sse.ts'

export interface Follower {
  after: RevocationCursor | undefined
  /** The answer ends after the first heartbeat. */
  once: boolean
  /** Why the caller may not follow any more; undefined: it may. `read`: the number of the last heartbeat. */
  lost: (read: number) => Promise<StreamEndReason | undefined>
}

/** After an event, the credential is checked for so many heartbeats: another process may need a second to learn of it. */
const CHECKS = 3
/** The credential is checked this often in any case: it may have expired. */
const CHECK_MS = 5_000
/** Browsers come back after this time. `threeger-verify` adds a random part. */
const RETRY_MS = 500

type FollowDeps = Pick<Deps, 'revocations' | 'clock' | 'streams' | 'stopping'>

/** Resolves when the database was read once, so what fails at the start is a problem document. Throws `server.busy`. */
export async function followRevocations(
  deps: FollowDeps,
  { after, once, lost }: Follower,
): Promise<AsyncGenerator<string, void, undefined>> {
  const { revocations, clock, streams, stopping } = deps
  // Before the first read: a follower takes all later times as later than its own request.
  const at = clock.now()
  const news = revocations.follow(after)
  const first = await news.next()

  async function* frames(): AsyncGenerator<string, void, undefined> {
    try {
      yield sseFrame({ event: 'stream.open', retryMs: RETRY_MS, data: { at: iso(at), heartbeatMs: HEARTBEAT_MS } })
      if (!first.done) yield textOf(first.value)
      let checksDue = 0
      let changes: number | undefined
      let checkedAt = at
      let read = 0
      for await (const item of news) {
        if (item.kind === 'heartbeat') {
          if (item.changes !== changes) checksDue = CHECKS
          changes = item.changes
          read = item.read
        }
        const isLast = (once || streams.whole) && item.kind === 'heartbeat'
        // An answer that ends with its first heartbeat is a read like others: the guard has checked the credential.
        if (!isLast && (checksDue > 0 || Math.abs(clock.now() - checkedAt) >= CHECK_MS)) {
          checksDue--
          checkedAt = clock.now()
          const reason = await lost(read)
          if (reason !== undefined) return yield endFrame(reason)
        }
        yield textOf(item)
        if (stopping.aborted) return yield endFrame('stopping')
        const isOver = streams.maxMs !== null && clock.now() - at >= streams.maxMs
        if (isOver || isLast) return yield endFrame('time_over')
      }
    } finally {
      await news.return()
    }
  }
  return frames()
}

function textOf(item: RevocationNews): string {
  switch (item.kind) {
    case 'start':
      return sseFrame({ event: 'start', data: { known: item.known } })
    case 'revocations': {
      const last = item.entries.at(-1)
      return sseFrame({
        event: 'revocations',
        ...(last === undefined ? {} : { id: cursorText(last) }),
        data: { entries: item.entries.map(shown) },
      })
    }
    case 'heartbeat':
      return sseFrame({ event: 'heartbeat', data: { at: iso(item.at) } })
    case 'turn':
      return sseComment('waiting')
  }
}

const shown = ({ hash, restored, effectiveAt, until }: Revocation) => ({
  hash,
  ...(restored ? { restored } : {}),
  ...(effectiveAt === null ? {} : { from: iso(effectiveAt) }),
  until: iso(until),
})

const endFrame = (reason: StreamEndReason): string =>
  sseFrame({ event: 'stream.end', data: { reason, message: streamEnds[reason] } })
