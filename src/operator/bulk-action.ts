/** A bulk action of the operator: tries it, or starts it and reports its progress until it ends. */
import { systemCause } from '../core/events/new-event.ts'
import type { Deps } from '../deps.ts'
import { runJobs } from '../jobs.ts'
import {
  type BulkAction,
  type DryRun,
  isEnded,
  type StartBulkAction,
  toBulkAction,
} from '../modules/bulk-actions/schema.ts'
import { bulkAction, startBulkAction, tryBulkAction } from '../modules/bulk-actions/service.ts'

const LOOK_EVERY_MS = 50

type BulkReply = { item: BulkAction | DryRun } | { progress: { done: number; total: number } }

/**
 * Also does the queued jobs, because a command without a server has no worker. A command that is stopped leaves the rest to
 * the next server.
 */
export async function* runBulkActionOf(deps: Deps, input: StartBulkAction): AsyncGenerator<BulkReply, void, undefined> {
  if (input.dryRun === true) return yield { item: await tryBulkAction(deps, systemCause, input) }
  const { id } = await startBulkAction(deps, systemCause, input)
  let working: Promise<unknown> | undefined
  for (;;) {
    const found = toBulkAction(await bulkAction(deps, id))
    if (isEnded(found) || !deps.accepting()) {
      await working
      return yield { item: found }
    }
    if (found.total !== null) yield { progress: { done: found.done, total: found.total } }
    working ??= runJobs(deps, 'queue').finally(() => {
      working = undefined
    })
    await new Promise((next) => setTimeout(next, LOOK_EVERY_MS))
  }
}
