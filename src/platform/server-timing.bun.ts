/**
 * What a request asked of the database, for developers: `Server-Timing: db;desc="2";dur=1.3` is two round trips and their time in ms.
 * Browsers show it beside the request. In development alone: how long a request took tells a stranger what it found.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database } from '../../db/database.ts'

export type Timed = (answer: () => Response | Promise<Response>) => Promise<Response>

/** Counts the calls of these databases for the request in which they are made. */
export function createServerTiming(databases: Iterable<Database>): Timed {
  const requests = new AsyncLocalStorage<{ trips: number; ms: number }>()
  for (const { $client: client } of new Set(databases))
    for (const door of ['execute', 'batch', 'transaction', 'executeMultiple'] as const) {
      const original = client[door] as (...given: unknown[]) => Promise<unknown> // each has its own parameters; all are passed on
      Object.defineProperty(client, door, {
        configurable: true,
        async value(...given: unknown[]) {
          const request = requests.getStore()
          if (request === undefined) return original.apply(client, given)
          request.trips++
          const began = performance.now()
          try {
            return await original.apply(client, given)
          } finally {
            request.ms += performance.now() - began
          }
        },
      })
    }
  return (answer) => {
    const request = { trips: 0, ms: 0 }
    return requests.run(request, async () => {
      const response = await answer()
      response.headers.set('server-timing', `db;desc="${request.trips}";dur=${request.ms.toFixed(1)}`)
      return response
    })
  }
}
