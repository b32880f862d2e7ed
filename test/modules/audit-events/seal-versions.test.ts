/** A log sealed by an earlier release still verifies, and no version of a seal hides a change of a column that it does not cover (docs/audit.md). */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { count, eventId, headOf, insertEvents, sealAll, tamper, verify } from './support/chain.ts'
import { loadRecordedChain, recordedHead, sealAsVersion1 } from './support/version-1.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
  await loadRecordedChain(t) // links 1 to 3 of 10, 10 and 5 events; the first is pruned
})
afterEach(() => t.close())

const findings = async () => (await verify(t)).findings
const versions = async () =>
  (await t.deps.db.$client.execute('SELECT version FROM event_seals ORDER BY position')).rows.map((row) => row.version)

/** In link 2 of the recording. */
const OLD_EVENT = eventId(14)
/** In link 4, of version 2; it has an organisation and an acting-for chain. */
const NEW_EVENT = eventId(30)

describe('a chain of an earlier release', () => {
  test('verifies as recorded, with the head that the release printed', async () => {
    const { findings, result } = await verify(t)
    expect(findings).toEqual([])
    expect(result).toMatchObject({ events: 15, links: 3, pruned: 1, head: recordedHead })
    expect(await versions()).toEqual([1, 1, 1])
  })

  test('continues with links of the new version, and the earlier head still verifies', async () => {
    const noted = headOf((await verify(t)).result)
    await insertEvents(t, 15, 26)
    await sealAll(t)
    expect(await versions()).toEqual([1, 1, 1, 2, 2])
    const { findings, result } = await verify(t, noted)
    expect(findings).toEqual([])
    expect(result).toMatchObject({ events: 30, links: 5 })
  })

  test('goes on with a link of that release, whose process still runs beside this one, and with new ones after it', async () => {
    await insertEvents(t, 10, 26)
    await sealAll(t)
    await insertEvents(t, 1, 37) // an odd one: it acts for itself, outside of organisations
    await sealAsVersion1(t)
    await insertEvents(t, 10, 40)
    await sealAll(t)
    expect(await versions()).toEqual([1, 1, 1, 2, 1, 2])
    expect(await findings()).toEqual([])
  })
})

describe('a column that the version of a link does not cover', () => {
  test.each([
    ['org_id', 'org_1'],
    ['org_id', ''],
    ['acting_for', '[{"kind":"agent","id":"agt_1"},{"kind":"user","id":"usr_1"}]'],
    ['acting_for', ''],
  ])('%s, is found when it is given to a sealed event of that link: %p', async (column, value) => {
    await tamper(t, `UPDATE events SET ${column} = ? WHERE id = ?`, value, OLD_EVENT)
    expect(await findings()).toEqual([{ kind: 'event.changed', position: 2, eventId: OLD_EVENT }])
  })

  test('is found where a process of the earlier release sealed an event that had it', async () => {
    await insertEvents(t, 2, 26) // 26 has an organisation, 27 has none
    await sealAsVersion1(t)
    expect(await findings()).toEqual([{ kind: 'event.changed', position: 4, eventId: eventId(26) }])
  })
})

describe('a version that is not the one that was signed is found', () => {
  beforeEach(async () => {
    await insertEvents(t, 10, 26)
    await sealAll(t)
  })

  test('raised, so that the link seems to cover more', async () => {
    await tamper(t, 'UPDATE event_seals SET version = 2 WHERE position = 3')
    expect(await findings()).toEqual([{ kind: 'link.changed', position: 3 }])
  })

  test('lowered, so that the new columns of its events could be changed or removed', async () => {
    await tamper(t, 'UPDATE events SET org_id = NULL, acting_for = NULL WHERE seal = 4')
    await tamper(t, 'UPDATE event_seals SET version = 1 WHERE position = 4')
    expect(await findings()).toEqual([{ kind: 'link.changed', position: 4 }])
  })

  test('raised on a pruned link', async () => {
    await tamper(t, 'UPDATE event_seals SET version = 2 WHERE position = 1')
    expect(await findings()).toContainEqual({ kind: 'link.changed', position: 1 })
  })

  test.each([0, 3, -1])('to one that no release has: %p', async (version) => {
    await tamper(t, 'UPDATE event_seals SET version = ? WHERE position = 4', version)
    expect(await findings()).toEqual([{ kind: 'link.changed', position: 4 }])
  })
})

test('an event with new columns that is moved to a link of the earlier version is missed there and found here', async () => {
  await insertEvents(t, 10, 26)
  await sealAll(t)
  await tamper(t, 'UPDATE events SET seal = 2 WHERE id = ?', NEW_EVENT)
  expect(await findings()).toEqual([
    { kind: 'event.inserted', position: 2, eventId: NEW_EVENT },
    { kind: 'event.removed', position: 4, index: 5, after: eventId(29), before: eventId(31) },
  ])
  expect(await count(t, `events WHERE seal = 2`)).toBe(11)
})
