/** A bulk action beside single acts, in one process on a database file: without the network, and with the audit events. */
import { systemCause } from '../src/core/events/new-event.ts'
import { runJobs } from '../src/jobs.ts'
import { startBulkAction } from '../src/modules/bulk-actions/service.ts'
import { bulkActionById } from '../src/modules/bulk-actions/queries.ts'
import { disableUser, enableUser } from '../src/modules/users/service.ts'
import { insertPeople } from '../test/modules/bulk-actions/support/people.ts'
import { createTestApp } from '../test/support/test-app.ts'
import { BenchError } from './bench-error.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const PEOPLE = 5_000
const SINGLE = 500

export async function measureBulk(options: ScenarioOptions): Promise<Report> {
  const t = await createTestApp()
  const { deps } = t
  try {
    const ids = await insertPeople(t, PEOPLE)
    const bulk = (action: 'disable' | 'enable') => async () => {
      const { id } = await startBulkAction(deps, systemCause, { action, filter: { all: true } })
      const perSecond = await rate(PEOPLE, () => runJobs(deps, 'queue'))
      const [done] = await bulkActionById(deps.db, id)
      if (done?.changed !== PEOPLE) throw new BenchError(`${done?.changed} users were changed, not ${PEOPLE}`)
      return perSecond
    }
    const single = (act: typeof disableUser) => () =>
      rate(SINGLE, async () => {
        for (const id of ids.slice(0, SINGLE)) await act(deps, systemCause, id)
      })
    const { disable, one } = await interleave(options, {
      disable: bulk('disable'),
      enable: bulk('enable'),
      one: single(disableUser),
      again: single(enableUser),
    })
    return {
      scenario: 'bulk',
      comparisons: [
        {
          name: 'users disabled',
          unit: 'users/s',
          ours: { name: 'a bulk action', values: disable },
          reference: { name: 'single acts', values: one },
        },
      ],
      figures: [{ name: 'users disabled by a bulk action', unit: 'users/s', atLeast: 2_000, values: disable }],
      checks: [`Every bulk action changed ${PEOPLE} users.`],
    }
  } finally {
    await t.close()
  }
}

async function rate(count: number, work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return (count / (performance.now() - from)) * 1000
}
