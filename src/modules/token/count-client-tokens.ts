/** The events of tokens that clients get for themselves. One for each token would be most of the writes of a server. */
import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, noteEvent } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { MINUTE_MS } from '../../lib/durations.ts'
import { oncePer } from '../../lib/once-per.ts'
import { createRecentMap } from '../../lib/recent-map.ts'
import type { Client } from '../oauth-clients/client.ts'
import { byClient } from './by-client.ts'

/** The number of clients whose tokens the process counts. */
const MAX_COUNTED = 10_000

/**
 * Counts a token. At most one event for each client and minute, written after the answer: the first token of a client is in
 * one at once, and `tokens` has the number since the event before.
 */
export const clientTokens = oncePer((deps: Pick<Deps, 'db' | 'clock' | 'random' | 'principals' | 'defer'>) => {
  const { db, clock } = deps
  const counted = createRecentMap<{ at: number; tokens: number }>(MAX_COUNTED)

  return {
    note(cause: Cause, client: Pick<Client, 'id' | 'orgId'>): void {
      const now = clock.now()
      const known = counted.get(client.id)
      const tokens = (known?.tokens ?? 0) + 1
      if (known !== undefined && Math.abs(now - known.at) < MINUTE_MS) {
        known.tokens = tokens
        return
      }
      counted.set(client.id, { at: now, tokens: 0 })
      const issued = newEvent(deps, byClient(cause, client, null), 'client.tokens_issued', {
        orgId: client.orgId,
        data: { clientId: client.id, tokens },
      })
      deps.defer(() => commit(deps, [noteEvent(db, issued)]))
    },
  }
})
