/** One answer of `GET /v1/events`: a connection of the hub, written as frames. */
import { hubOf } from '../../core/rooms/hub.ts'
import type { Connection, Credential, Frame, Peer } from '../../core/rooms/model.ts'
import type { Deps } from '../../deps.ts'
import { Problem } from '../../errors.ts'
import { utf8 } from '../../lib/encoding.ts'
import { iso } from '../../lib/iso-time.ts'
import { sseComment, sseFrame, sseFrameOfJson } from '../../lib/sse.ts'

export interface FollowedEvents {
  rooms: readonly string[]
  /** Of the query. One that is unknown is refused. */
  after?: string | undefined
  /** Of the header. A browser that gets a refusal never connects again, so one that is unknown becomes `stream.reset`. */
  lastEventId?: string | undefined
  waitMs: number | null
}

/** Less than the 30 s after which the server, and many proxies, cut a quiet connection. */
const HEARTBEAT_MS = 15_000
/** What may wait for a client that does not read. It then connects again, and continues. */
const MAX_WAITING_BYTES = 65_536
/** Where an answer is sent as a whole: the time for further events after the first one. */
const LINGER_MS = 100
/** A quiet client would have to search so many events of others when it comes back. */
const MOVE_ON_AFTER = 500
/** What a client without a word from the server waits. */
const RETRY_MS = { least: 500, spread: 3000 }

/** Each event is encoded once, however many get it. */
const encodedFrames = new WeakMap<Frame, Uint8Array<ArrayBuffer>>()
function bytesOf(frame: Frame): Uint8Array<ArrayBuffer> {
  const known = encodedFrames.get(frame)
  if (known !== undefined) return known
  const bytes = utf8(sseFrameOfJson(frame.event.type, frame.event.id, frame.json))
  encodedFrames.set(frame, bytes)
  return bytes
}

/**
 * Resolves when the rooms were joined, before the first event of the past: what is refused is a problem document. Throws the problems of
 * `Hub.connect` and `Connection.join`.
 */
export async function openEventStream(
  deps: Pick<Deps, 'streams' | 'clock' | 'random'> & Parameters<typeof hubOf>[0],
  credential: Credential,
  { rooms, after, lastEventId, waitMs }: FollowedEvents,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { clock, random, streams } = deps
  const hub = hubOf(deps)
  const out = createOutlet(() => connection?.end('closed'))
  const rest: (() => void)[] = []
  let connection: Connection | undefined
  let movedOnAt = 0

  const ends = () => {
    for (const end of rest.splice(0)) end()
  }
  const peer: Peer = {
    send(frame) {
      if (out.isFull()) return false
      movedOnAt = hub.told
      if (streams.whole) endIn(LINGER_MS)
      out.send(bytesOf(frame))
      return true
    },
    ready: out.ready,
    ended({ reason, message, code, retryMs }) {
      ends()
      const data = { reason, message, ...(code === undefined ? {} : { code }), retryMs }
      out.send(utf8(sseFrame({ event: 'stream.end', ...(retryMs === null ? {} : { retryMs }), data })))
      out.close()
    },
  }
  const endIn = (ms: number) => rest.push(streams.every(ms, () => opened.end('time_over')))

  const opened = await hub.connect(credential, peer)
  connection = opened
  const [chance = 0] = random.bytes(1)
  out.send(
    utf8(
      sseFrame({
        retryMs: RETRY_MS.least + (chance / 256) * RETRY_MS.spread,
        event: 'stream.open',
        data: { connectionId: opened.id, rooms, at: iso(clock.now()), heartbeatSeconds: HEARTBEAT_MS / 1000 },
      }),
    ),
  )

  /** An id alone moves the position of the client on (HTML Living Standard §9.2.6). */
  function moveOn(): void {
    if (!opened.position || out.isFull()) return
    movedOnAt = hub.told
    out.send(utf8(sseFrame({ id: opened.position })))
  }

  function beat(): void {
    if (hub.told - movedOnAt >= MOVE_ON_AFTER) moveOn()
    if (!out.isFull()) out.send(utf8(sseComment('')))
  }

  async function join(from: string | undefined, begun: () => void): Promise<void> {
    await opened.join(rooms, from, begun)
    if (!opened.open) return
    moveOn()
    if (waitMs === 0) opened.end('time_over')
  }

  async function joinOrReset(begun: () => void): Promise<void> {
    if (lastEventId === undefined) return join(after, begun)
    try {
      return await join(lastEventId, begun)
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'stream.cursor_expired') throw error
    }
    const reason = { reason: 'cursor_expired', message: 'Events may have been missed. Read your data again.' }
    out.send(utf8(sseFrame({ event: 'stream.reset', data: reason })))
    return join(undefined, begun)
  }

  rest.push(streams.every(HEARTBEAT_MS, beat))
  const longest = Math.min(waitMs ?? Number.POSITIVE_INFINITY, streams.maxMs ?? Number.POSITIVE_INFINITY)
  if (longest !== Number.POSITIVE_INFINITY && longest > 0) endIn(longest)
  // The past may be more than fits until somebody reads, so the answer begins before all of it was sent.
  await new Promise<void>((resolve, reject) => {
    joinOrReset(resolve).then(resolve, (error: unknown) => {
      reject(error)
      opened.end('closed') // if the answer has begun, the client continues after its last event
    })
  })
  return out.stream
}

/** The body: what was sent and not read yet. `gone` is called when the client disconnects. */
function createOutlet(gone: () => void) {
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined
  let waiting: (() => void)[] = []
  const go = () => {
    for (const resume of waiting.splice(0)) resume()
  }
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(given) {
        controller = given
      },
      pull: go,
      cancel() {
        controller = undefined
        go()
        gone()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
  )
  const isFull = (): boolean => controller !== undefined && (controller.desiredSize ?? 0) <= 0
  return {
    stream,
    isFull,
    send(bytes: Uint8Array<ArrayBuffer>): void {
      controller?.enqueue(bytes)
    },
    ready: async (): Promise<void> => {
      if (isFull()) await new Promise<void>((resolve) => waiting.push(resolve))
    },
    close(): void {
      controller?.close()
      controller = undefined
      go()
      waiting = []
    },
  }
}
