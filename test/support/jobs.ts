/** Jobs as tests need them: queued by the app, or written into the table with a history. */
import { sql } from 'drizzle-orm'
import { commit } from '../../src/core/events/commit.ts'
import { queueJob } from '../../src/modules/jobs/queue-job.ts'
import type { TestApp } from './test-app.ts'

/** No handler of the app knows this kind, so no worker takes it. */
export const UNHANDLED = 'suite'

/** Queues a job without a change. Returns its id. */
export async function queueOne(
  { deps }: Pick<TestApp, 'deps'>,
  kind: string,
  payload: unknown = {},
  userId: string | null = null,
): Promise<string> {
  let id = ''
  const random = {
    ...deps.random,
    id(prefix: Parameters<typeof deps.random.id>[0]) {
      id = deps.random.id(prefix)
      return id
    },
  }
  await commit(deps, [await queueJob({ ...deps, random }, { kind, userId, payload }, sql`true`)])
  return id
}

/** Of a kind without a handler, already dead. Returns its id. */
export async function deadJob(t: Pick<TestApp, 'deps'>, userId: string | null = null): Promise<string> {
  const id = await queueOne(t, UNHANDLED, { secret: 'payload' }, userId)
  await t.deps.db.$client.execute({
    sql: `UPDATE jobs SET state = 'dead', attempts = 78, last_error = 'the other side was down', finished_at = created_at WHERE id = ?`,
    args: [id],
  })
  return id
}

export interface StoredJob {
  id: string
  kind: string
  state: string
  attempts: number
  run_at: number
  payload: string | null
  lease: string | null
  last_error: string | null
  finished_at: number | null
}

/** As it stands in the table. */
export async function storedJob({ deps }: Pick<TestApp, 'deps'>, id: string): Promise<StoredJob> {
  const { rows } = await deps.db.$client.execute({ sql: 'SELECT * FROM jobs WHERE id = ?', args: [id] })
  if (!rows[0]) throw new Error(`no job ${id}`)
  return rows[0] as unknown as StoredJob // the columns above
}
