/** A notification to many, beside one to each person, in one process on a database file: with an event for each person. */
import { runJobs } from '../src/jobs.ts'
import { insertPeople, send } from '../test/modules/notifications/support/send.ts'
import { setUpAdmin } from '../test/support/client.ts'
import { createTestApp } from '../test/support/test-app.ts'
import { BenchError } from './bench-error.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const PEOPLE = 5_000
const SINGLE = 200

export async function measureNotifications(options: ScenarioOptions): Promise<Report> {
  const t = await createTestApp()
  try {
    const { accessToken: token } = await setUpAdmin(t)
    const ids = await insertPeople(t, PEOPLE)
    const recipientsOf = async (id: string): Promise<number> =>
      Number(
        (await t.deps.db.$client.execute({ sql: 'SELECT recipients FROM notifications WHERE id = ?', args: [id] }))
          .rows[0]?.recipients,
      )
    const { role, single } = await interleave(options, {
      role: async () => {
        const { id } = await send(t, token, { to: [{ role: 'user' }] })
        const perSecond = await rate(PEOPLE, () => runJobs(t.deps, 'queue'))
        const reached = await recipientsOf(id)
        if (reached < PEOPLE) throw new BenchError(`${reached} people have it, not ${PEOPLE}`)
        return perSecond
      },
      single: () =>
        rate(SINGLE, async () => {
          for (const userId of ids.slice(0, SINGLE)) await send(t, token, { to: [{ userId }] })
        }),
    })
    return {
      scenario: 'notifications',
      comparisons: [
        {
          name: 'people who get a notification',
          unit: 'users/s',
          ours: { name: 'of one request to a role', values: role },
          reference: { name: 'of one request each', values: single },
        },
      ],
      figures: [
        {
          name: 'people who get a notification that is sent to a role',
          unit: 'users/s',
          atLeast: 2_000,
          values: role,
        },
      ],
      checks: [`Every notification to the role reached ${PEOPLE} people.`],
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
