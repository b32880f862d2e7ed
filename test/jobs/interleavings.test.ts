/** Random histories of workers that succeed, fail and die, while time goes on: a model of what is guaranteed holds. */
import { expect, test } from 'bun:test'
import { commit } from '../../src/core/events/commit.ts'
import { claimJobs } from '../../src/modules/jobs/queries.ts'
import { type JobHandler, LEASE_MS, runDueJobs } from '../../src/modules/jobs/run-queue.ts'
import { queueOne } from '../support/jobs.ts'
import { createTestApp } from '../support/test-app.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const HISTORIES = 10
const STEPS = 60
/** A quarter less than the first delay. */
const SHORTEST_DELAY_MS = 7_500

/** mulberry32: the same history for the same seed. */
function chanceFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

test(`${HISTORIES} random histories (SEED=${SEED}): nothing is lost, nothing done is done again, and no lease is broken`, async () => {
  for (let history = 0; history < HISTORIES; history++) {
    const chance = chanceFrom(SEED + history)
    const t = await createTestApp()
    try {
      const queued: string[] = []
      const done = new Set<string>()
      /** Before this moment no worker may begin the job. */
      const heldUntil = new Map<string, number>()
      const broken: string[] = []
      const begin = (id: string, heldFor: number) => {
        if (done.has(id)) broken.push(`${id} was done already`)
        if ((heldUntil.get(id) ?? 0) > t.clock.now()) broken.push(`${id} is held by another`)
        heldUntil.set(id, t.clock.now() + heldFor)
      }
      const handler = (failing: number): JobHandler => {
        return async (_deps, { id }) => {
          const fails = chance(100) < failing
          begin(id, fails ? SHORTEST_DELAY_MS : 0)
          if (fails) throw new Error('by chance')
          done.add(id)
        }
      }
      const run = (failing: number) =>
        runDueJobs(t.deps, { handlers: { test: handler(failing) }, mayGoOn: () => chance(10) > 0 })
      /** Takes jobs, does some of them, and is killed before it can say so. */
      const die = async () => {
        const now = t.clock.now()
        const limit = 1 + chance(16)
        const claimed = claimJobs(t.deps.db, { kinds: ['test'], lease: `${now}`, now, until: now + LEASE_MS, limit })
        const jobs = (await commit(t.deps, { claimed })).claimed
        for (const { id } of jobs) begin(id, LEASE_MS)
      }

      for (let step = 0; step < STEPS; step++) {
        const what = chance(10)
        if (what < 3) for (let job = chance(10); job >= 0; job--) queued.push(await queueOne(t, 'test'))
        else if (what < 5) await Promise.all([run(40), run(40), run(40)])
        else if (what < 7) await die()
        else t.clock.advance(chance(3) === 0 ? chance(LEASE_MS * 2) : chance(20_000))
      }
      for (let hours = 0; hours < 5; hours++) {
        t.clock.advance(3_600_000)
        await runDueJobs(t.deps, { handlers: { test: handler(0) }, mayGoOn: () => true })
      }
      expect(broken, `SEED=${SEED + history}`).toEqual([])
      expect([...done].sort(), `SEED=${SEED + history}`).toEqual(queued.sort())
      const { rows } = await t.deps.db.$client.execute('SELECT DISTINCT state, payload, lease FROM jobs')
      expect(rows.map(({ state, payload, lease }) => [state, payload, lease])).toEqual(
        queued.length > 0 ? [['done', null, null]] : [],
      )
    } finally {
      await t.close()
    }
  }
}, 300_000)
