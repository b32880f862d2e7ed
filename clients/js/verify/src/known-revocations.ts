/** What a follower of the feed knows: which ids are refused, by their hashes. */

interface Known {
  /** ms UTC; undefined: from now on. */
  from: number | undefined
  /** ms UTC, after which every credential that it ends has expired. */
  until: number
}

/** What was read from the feed: `entries` of `revocations`. */
export interface Entry {
  hash: string
  until: number
  from: number | undefined
  restored: boolean
}

export class KnownRevocations {
  /** What holds. While a new list comes, the old one stays in force. */
  private known = new Map<string, Known>()
  private incoming: Map<string, Known> | undefined
  private incomingOverflowed = false
  private readonly max: number

  constructor(max: number) {
    this.max = max
  }

  get size(): number {
    return Math.max(this.known.size, this.incoming?.size ?? 0)
  }

  /** There were more than the memory may hold. What was left out is not known until the feed tells everything again. */
  overflowed = false

  /** The feed tells everything again. */
  beginAgain(): void {
    this.incoming = new Map()
    this.incomingOverflowed = false
  }

  /** Everything up to now was told. */
  complete(): void {
    if (this.incoming === undefined) return
    this.known = this.incoming
    this.incoming = undefined
    this.overflowed = this.incomingOverflowed
  }

  add({ hash, from, until, restored }: Entry): void {
    const map = this.incoming ?? this.known
    if (restored) {
      map.delete(hash)
      return
    }
    const before = map.get(hash)
    if (before === undefined && map.size >= this.max) {
      if (map === this.incoming) this.incomingOverflowed = true
      else this.overflowed = true
      return
    }
    // What ends at once stays ended, whatever is told later.
    const earliest = before === undefined ? from : earlier(before.from, from)
    map.set(hash, { from: earliest, until: Math.max(before?.until ?? 0, until) })
  }

  isRevoked(hash: string, now: number): boolean {
    return [this.known, this.incoming].some((map) => {
      const found = map?.get(hash)
      return found !== undefined && (found.from === undefined || found.from <= now)
    })
  }

  /** Forgets what ends nothing any more. */
  forget(now: number): void {
    for (const map of [this.known, this.incoming])
      for (const [hash, { until }] of map ?? []) if (until < now) map?.delete(hash)
  }
}

const earlier = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : Math.min(one, other)

/** Undefined for anything else. */
export function entriesOf(data: unknown): Entry[] | undefined {
  if (!isRecord(data) || !Array.isArray(data.entries)) return undefined
  const entries = (data.entries as unknown[]).map(entryOf)
  return entries.includes(undefined) ? undefined : entries.filter((entry) => entry !== undefined)
}

function entryOf(value: unknown): Entry | undefined {
  if (!isRecord(value) || typeof value.hash !== 'string') return undefined
  const until = timeOf(value.until)
  const from = value.from === undefined ? undefined : timeOf(value.from)
  if (until === undefined || (value.from !== undefined && from === undefined)) return undefined
  return { hash: value.hash, until, from, restored: value.restored === true }
}

/** ms UTC. */
export function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The first 128 bits of SHA-256 of the id, as base64url: as the feed names it. */
export async function hashOf(id: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(id)))
  return btoa(String.fromCharCode(...digest.subarray(0, 16)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
