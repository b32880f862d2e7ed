/** kill -9 of a sealer, between any two of its steps: no event is lost, none is in two links, and the chain holds. */
import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { cleanUp, environment, newFolder, start } from '../../process/support/server.ts'
import { createTestApp } from '../../support/test-app.ts'
import { count, insertEvents, sealAll, verify } from './support/chain.ts'

afterAll(cleanUp)

const SECRET = 'a secret of more than thirty-two bytes'
// Some seconds of work: it is never done before it is killed.
const EVENTS = 20_000

test('killed ten times while it seals', async () => {
  const url = `file:${join(newFolder(), 'test.db')}`
  const env = { DATABASE_URL: url, APP_SECRET: SECRET }
  const open = async () => {
    const t = await createTestApp({ env })
    t.clock.advance(Date.now() - t.clock.now()) // as the processes have it
    return t
  }
  const first = await open()
  await insertEvents(first, EVENTS)
  await first.close()
  let linesSeen = 0
  for (let round = 1; round <= 10; round++) {
    const sealer = start(['test/modules/audit-events/support/sealer.ts', url, SECRET], environment(newFolder()))
    // Somewhere behind the nth link: wherever the next one is by then.
    await sealer.output(new RegExp(`(?:sealed 1\n){${round}}`))
    sealer.kill('SIGKILL')
    await sealer.exited
    linesSeen += sealer.stdout.split('sealed 1').length - 1
  }
  const t = await open()
  const { findings, result } = await verify(t)
  expect(findings).toEqual([])
  // Every reported link exists, and at most one link more for each kill.
  expect(result.links).toBeGreaterThanOrEqual(linesSeen)
  expect(result.links).toBeLessThanOrEqual(linesSeen + 10)
  expect(result.events).toBeLessThan(EVENTS) // otherwise no run was interrupted
  await sealAll(t, 1_000)
  expect(await count(t, 'events')).toBe(EVENTS)
  expect((await verify(t)).result).toMatchObject({ events: EVENTS, findings: 0 })
  await t.close()
}, 300_000)
