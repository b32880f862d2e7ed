/** What happens, told in order, and hints between processes. */

/**
 * Messages between the processes of one server. A message can be lost: it may only say that there is something to look at. Listeners
 * are told when some may have been lost, and look at everything then.
 */
export interface Bus {
  /** Sends it to every listener in every process. Does not wait and does not throw. */
  publish(channel: string, message: string): void
  /** `missed`: messages of other processes may not have come. Returns a function that ends both. */
  subscribe(channel: string, listener: (message: string) => void, missed?: () => void): () => void
}

/** Follows what happens: the rows of `events`, in the order of their commits, from every process. */
export interface Feed {
  /** Called after each commit. Does not wait and does not throw. */
  wake(): void
  /**
   * From now on the listener gets every event once. `head` is the last event before that: what is up to `head` can be read with
   * `eventsAfter`, and nothing is missed or told twice between both. Throws if the database cannot be read.
   *
   * `newest` reads the id of the newest event if nobody listens yet; absent: by a statement alone. So a listener that reads more
   * to begin with does both in one round trip. It is not called while others listen.
   */
  listen(listener: FeedListener, newest?: () => Promise<string>): Promise<Listening>
}

export interface Listening {
  head: string
  /** Resolves when the listener has been told what this process committed before, or when it cannot be read. */
  settled: () => Promise<void>
  /** Looks now, and resolves when the listener has been told what any process committed before, or when it cannot be read. */
  upToDate: () => Promise<void>
  end: () => void
}

export interface FeedListener {
  /** Synchronous, and quick: every listener waits for it. */
  events(events: readonly FeedEvent[]): void
  /** Events may have been missed, because the database was restored from a copy. */
  missed(): void
}

/** An event without what only the audit log shows: addresses, user agents, request ids. */
export interface FeedEvent {
  id: string
  type: string
  result: 'success' | 'failure'
  /** ms UTC. */
  at: number
  actorId: string | null
  orgId: string | null
  userId: string | null
  sessionId: string | null
  /** JSON of `ActingFor`. */
  actingFor: string | null
  data: Record<string, unknown>
}
