import { commit } from '../../core/events/commit.ts'
import type { Deps } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { startJobs } from '../../modules/jobs/dispatch-queries.ts'
import { type ClaimedJob, finishJobs } from '../../modules/jobs/queries.ts'
import { openPayload } from '../../modules/jobs/queue-job.ts'
import { doJob, type JobHandlers, LEASE_MS } from '../../modules/jobs/run-queue.ts'

interface Handed {
  id: string
  lease: string
}

/**
 * Does the jobs that are handed to this process: takes the row, runs the handler, records the result. Begins and ends of one moment
 * are one write. What is handed is not trusted: a job that has another lease, or none, is not begun.
 */
export function createTaker(deps: Deps, handlers: JobHandlers): (handed: Handed) => Promise<void> {
  const { db, clock } = deps
  const kinds = Object.keys(handlers)
  const lease = base64url(deps.random.bytes(16))
  let begins: { handed: Handed; begun: (job: ClaimedJob | undefined) => void; failed: (cause: unknown) => void }[] = []
  let ends: { id: string; recorded: () => void; failed: (cause: unknown) => void }[] = []
  let isWriting = false

  async function write(): Promise<void> {
    if (isWriting) return
    isWriting = true
    while (begins.length > 0 || ends.length > 0) {
      const [beginning, ending] = [begins, ends]
      begins = []
      ends = []
      try {
        const now = clock.now()
        const { started = [] } = await commit(deps, {
          finished:
            ending.length === 0
              ? undefined
              : finishJobs(
                  db,
                  ending.map(({ id }) => id),
                  lease,
                  now,
                ),
          started:
            beginning.length === 0
              ? undefined
              : startJobs(
                  db,
                  beginning.map(({ handed }) => handed),
                  { kinds, lease, until: now + LEASE_MS },
                ),
        })
        for (const { recorded } of ending) recorded()
        for (const { handed, begun } of beginning) begun(started.find(({ id }) => id === handed.id))
      } catch (cause) {
        // Their rows are due again when their leases end.
        for (const { failed } of [...beginning, ...ending]) failed(cause)
      }
    }
    isWriting = false
  }
  const writeSoon = () => setTimeout(() => void write(), 0)

  const begin = (handed: Handed) =>
    new Promise<ClaimedJob | undefined>((begun, failed) => {
      begins.push({ handed, begun, failed })
      writeSoon()
    })
  const end = (id: string) =>
    new Promise<void>((recorded, failed) => {
      ends.push({ id, recorded, failed })
      writeSoon()
    })

  return async (handed) => {
    const job = await begin(handed)
    if (job === undefined) return
    const hold = { handlers, lease, payload: openPayload(deps, job) }
    if (await doJob(deps, hold, job)) await end(job.id)
  }
}
