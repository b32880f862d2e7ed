/**
 * Follows `GET /v1/revocations` of the server, so a revoked credential is refused within a second:
 *
 *   const revocations = createRevocationFeed({ issuer: 'https://id.example.com', token: process.env.REVOCATIONS_KEY })
 *   const verifier = createVerifier({ issuer: 'https://id.example.com', revocations })
 */
import { eventsOf, type StreamedEvent } from './event-stream.ts'
import { entriesOf, hashOf, isRecord, KnownRevocations, timeOf } from './known-revocations.ts'
import type { Revocations } from './revocations.ts'
import { secureUrl } from './secure-url.ts'

export interface RevocationFeedOptions {
  /** `APP_URL` of the server. */
  issuer: string
  /** An API key with the scope `revocations:read`, or an access token that has it. A function is asked for each connection. */
  token: string | (() => string | Promise<string>)
  /** Default: `/v1/revocations` of the issuer. */
  url?: string
  /** After this time without news, the feed is stale. The server sends a heartbeat every 500 ms. Default: 2 s. */
  staleAfterMs?: number
  /** How long the first credentials wait for the first connection. Default: 2 s. */
  connectWaitMs?: number
  /** More revocations than this make the feed stale. One has some 150 bytes. Default: 1,000,000. */
  maxEntries?: number
  /** Told of each failed connection. The feed tries again by itself. */
  onFailure?: (failure: unknown) => void
  fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** ms UTC. */
  now?: () => number
  /** ms of a clock that nobody sets. */
  elapsed?: () => number
  /** From 0 to 1. */
  random?: () => number
}

export interface RevocationFeed extends Revocations {
  ready(): Promise<void>
  isRevoked(id: string): Promise<boolean>
  maxAgeMs: number
  /** The revocations in memory. */
  readonly size: number
  /** Ends the connection. The feed is stale from then on. */
  close(): void
}

const CONNECT_MS = 5_000
const LONGEST_WAIT_MS = 10_000
/** The token is wrong or lacks the scope: nothing changes within a second. */
const REFUSED_WAIT_MS = 10_000
/** A connection is replaced after this time and a random part: the clocks of both sides drift apart. */
const CONNECTION_MS = 900_000
const FORGET_MS = 60_000
const MAX_HASHES = 10_000

class Refused extends Error {
  readonly waitMs: number
  constructor(status: number, retryAfter: string | null) {
    super(`the revocation feed answered ${status}`)
    const isFinal = status === 401 || status === 403 || status === 404
    this.waitMs = isFinal ? REFUSED_WAIT_MS : Math.min(60, Number(retryAfter) || 0) * 1000
  }
}

export function createRevocationFeed(options: RevocationFeedOptions): RevocationFeed {
  const { issuer, token, staleAfterMs = 2_000, connectWaitMs = 2_000, maxEntries = 1_000_000, onFailure } = options
  const { now = Date.now, elapsed = () => performance.now(), random = Math.random } = options
  const ask = options.fetch ?? ((to, init) => fetch(to, init))
  const url = secureUrl(options.url ?? `${issuer.replace(/\/$/, '')}/v1/revocations`)
  const known = new KnownRevocations(maxEntries)
  const hashes = new Map<string, string>()
  /** By `elapsed`: everything that was revoked before is known. */
  let fresh = Number.NEGATIVE_INFINITY
  let cursor: string | undefined
  let closed = false
  let connection: AbortController | undefined
  let wake = () => {}
  let first: Promise<void> | undefined
  let connected = () => {}
  let forgottenAt = elapsed()

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      ;(timer as { unref?: () => void }).unref?.() // a number in browsers
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  /** Resolves when the server has ended the stream. */
  async function follow(): Promise<void> {
    const aborting = new AbortController()
    connection = aborting
    const began = elapsed()
    const endsAt = began + CONNECTION_MS * (1 + random())
    let silence: ReturnType<typeof setTimeout> | undefined
    const expectWithin = (ms: number) => {
      clearTimeout(silence)
      silence = setTimeout(() => aborting.abort(new Error('the revocation feed is silent')), ms)
    }
    expectWithin(CONNECT_MS)
    try {
      const authorization = `Bearer ${typeof token === 'string' ? token : await token()}`
      const response = await ask(url, {
        headers: {
          accept: 'text/event-stream',
          authorization,
          ...(cursor === undefined ? {} : { 'last-event-id': cursor }),
        },
        cache: 'no-store',
        redirect: 'error',
        signal: aborting.signal,
      })
      if (response.status !== 200 || response.body === null) {
        await response.body?.cancel()
        throw new Refused(response.status, response.headers.get('retry-after'))
      }
      /** The time of the server when the request came, which was sent before. */
      let openedAt: number | undefined
      for await (const event of eventsOf(response.body, () => expectWithin(staleAfterMs))) {
        const data = parsed(event)
        if (event.type === 'stream.open') openedAt = timeOf(data.at)
        else if (event.type === 'stream.end') return
        else if (event.type === 'heartbeat') {
          beat(began, openedAt, timeOf(data.at))
          if (elapsed() >= endsAt) return
        } else take(event, data)
      }
    } finally {
      clearTimeout(silence)
      aborting.abort()
    }
  }

  function take(event: StreamedEvent, data: Record<string, unknown>): void {
    if (event.type === 'start') {
      if (data.known !== true) known.beginAgain()
    } else if (event.type === 'revocations') {
      const entries = entriesOf(data)
      if (entries === undefined) throw new Error('the revocation feed has entries that cannot be read')
      for (const entry of entries) known.add(entry)
      cursor = event.id ?? cursor
    }
  }

  /**
   * The server read its database at `at`. By our clock that was at `began` or later, and the time since it received our request:
   * so the clocks need not agree, and events that lie in a buffer for long make nothing look fresh.
   */
  function beat(began: number, openedAt: number | undefined, at: number | undefined): void {
    if (openedAt === undefined || at === undefined) throw new Error('the revocation feed has no time')
    known.complete()
    const time = elapsed()
    fresh = Math.max(fresh, Math.min(time, began + (at - openedAt)))
    if (time - forgottenAt >= FORGET_MS) {
      forgottenAt = time
      // By the earlier of both clocks: one that was ahead for a moment must not forget what matters again afterwards.
      known.forget(Math.min(now(), at))
    }
    if (known.overflowed) cursor = undefined // to be told everything again
    if (time - fresh > staleAfterMs) throw new Error('the revocation feed is late')
    failures = 0
    connected()
  }
  let failures = 0

  async function run(): Promise<void> {
    while (!closed) {
      let least = 0
      try {
        await follow()
      } catch (failure) {
        if (closed) return
        failures++
        least = failure instanceof Refused ? failure.waitMs : 0
        onFailure?.(failure)
      }
      // All followers lose a server at the same moment, and must not come back at the same moment.
      await pause(least + random() * Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(failures, 10)))
    }
  }

  function ready(): Promise<void> {
    if (first === undefined) {
      const soon = new Promise<void>((resolve) => {
        connected = resolve
        const timer = setTimeout(resolve, connectWaitMs)
        ;(timer as { unref?: () => void }).unref?.() // a number in browsers
      })
      first = soon
      void run()
    }
    return first
  }

  return {
    ready,
    maxAgeMs: staleAfterMs,
    get size() {
      return known.size
    },
    async isRevoked(id) {
      let hash = hashes.get(id)
      if (hash === undefined) {
        hash = await hashOf(id)
        if (hashes.size >= MAX_HASHES) hashes.clear()
        hashes.set(id, hash)
      }
      return known.isRevoked(hash, now())
    },
    freshAt: () => (closed || known.overflowed ? Number.NEGATIVE_INFINITY : now() - (elapsed() - fresh)),
    close() {
      closed = true
      connected()
      connection?.abort()
      wake()
    },
  }
}

function parsed({ data }: StreamedEvent): Record<string, unknown> {
  const value: unknown = JSON.parse(data)
  if (!isRecord(value)) throw new Error('the revocation feed is not of this version')
  return value
}
