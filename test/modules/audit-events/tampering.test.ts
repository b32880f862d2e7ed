/** Each kind of change of a sealed audit log is found and named (security.md 40, ASVS 16.4.2). */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { sealEvents } from '../../../src/modules/audit-events/seal-events.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { count, eventId, headOf, insertEvents, sealAll, tamper, userId, verify } from './support/chain.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
  await insertEvents(t, 35)
  await sealAll(t) // links of 10, 10, 10 and 5
})
afterEach(() => t.close())

const findings = async () => (await verify(t)).findings
/** In link 2. */
const EVENT = eventId(14)

test('a log without changes verifies', async () => {
  const { findings, result } = await verify(t)
  expect(findings).toEqual([])
  expect(result).toEqual({
    kind: 'verified',
    events: 35,
    links: 4,
    pruned: 0,
    findings: 0,
    head: expect.stringMatching(/^4:[\w-]{43}$/),
    unsealed: 0,
  })
})

describe('a change of any column is found', () => {
  test.each([
    ['type', 'user.created'],
    ['result', 'failure'],
    ['at', 1],
    ['actor_id', 'usr_somebody'],
    ['actor_id', null],
    ['user_id', 'usr_somebody'],
    ['session_id', null],
    ['request_id', 'req_other'],
    ['org_id', 'org_other'],
    ['org_id', null],
    ['acting_for', '[{"kind":"agent","id":"agt_1"},{"kind":"user","id":"usr_2"}]'],
    ['acting_for', '[{"id":"agt_1","kind":"agent"},{"kind":"user","id":"usr_1"}]'], // the same, in another order
    ['acting_for', null],
    ['data', '{}'],
    ['data', '{"n": 14}'], // the same, spelt in another way
    ['personal_digest', 'x'],
    ['personal_digest', null],
  ])('%s to %p', async (column, value) => {
    await tamper(t, `UPDATE events SET ${column} = ? WHERE id = ?`, value, EVENT)
    expect(await findings()).toEqual([{ kind: 'event.changed', position: 2, eventId: EVENT }])
  })

  test.each([
    ['address', '198.51.100.1'],
    ['address', null],
    ['user_agent', 'Other/1'],
    ['user_agent', null],
    ['salt', 'AAAA'],
    ['salt', null],
  ])('%s to %p', async (column, value) => {
    await tamper(t, `UPDATE events SET ${column} = ? WHERE id = ?`, value, EVENT)
    expect(await findings()).toEqual([{ kind: 'event.personal_data_changed', position: 2, eventId: EVENT }])
  })

  test.each([
    ['at', '1152921504606846976'], // more than a number of JavaScript holds
    ['at', '-9223372036854775808'],
    ['type', `CAST(x'fffe' AS TEXT)`], // no UTF-8
    ['data', `CAST(x'7bff' AS TEXT)`],
    ['data', `'{'`],
    ['type', `type || char(0) || 'x'`], // the engine cuts it there when it is read
    ['user_id', `''`],
  ])('%s to the SQL value %s', async (column, value) => {
    await tamper(t, `UPDATE events SET ${column} = ${value} WHERE id = ?`, EVENT)
    expect(await findings()).toEqual([{ kind: 'event.changed', position: 2, eventId: EVENT }])
  })

  test('its id', async () => {
    await tamper(t, `UPDATE events SET id = ? WHERE id = ?`, `${EVENT}0`, EVENT)
    expect(await findings()).toEqual([{ kind: 'event.changed', position: 2, eventId: `${EVENT}0` }])
  })

  test('its id to no UTF-8, which the engine would abort the process at', async () => {
    await tamper(t, `UPDATE events SET id = CAST(x'6576745fff' AS TEXT) WHERE id = ?`, EVENT)
    expect(await findings()).toEqual([
      { kind: 'event.removed', position: 2, index: 4, after: eventId(13), before: eventId(15) },
      { kind: 'event.inserted', position: 2, eventId: 'evt_\ufffd' },
    ])
  })

  test('two in one link and one in another, each by its name', async () => {
    await tamper(t, `UPDATE events SET at = at + 1 WHERE id IN (?, ?, ?)`, eventId(11), EVENT, eventId(35))
    expect(await findings()).toEqual([
      { kind: 'event.changed', position: 2, eventId: eventId(11) },
      { kind: 'event.changed', position: 2, eventId: EVENT },
      { kind: 'event.changed', position: 4, eventId: eventId(35) },
    ])
  })
})

describe('an event', () => {
  test('that is removed is reported at its place', async () => {
    await tamper(t, 'DELETE FROM events WHERE id = ?', EVENT)
    const gap = { after: eventId(13), before: eventId(15) }
    expect(await findings()).toEqual([{ kind: 'event.removed', position: 2, index: 4, ...gap }])
  })

  test('that is removed is missed at the ends of its link too, and so is a whole link of them', async () => {
    await tamper(t, 'DELETE FROM events WHERE id IN (?, ?) OR id > ?', eventId(11), eventId(20), eventId(30))
    expect(await findings()).toEqual([
      { kind: 'event.removed', position: 2, index: 1, before: eventId(12) },
      { kind: 'event.removed', position: 2, index: 10, after: eventId(19) },
      ...[1, 2, 3, 4, 5].map((index) => ({ kind: 'event.removed' as const, position: 4, index })),
    ])
  })

  test('that is inserted into a link is found', async () => {
    const columns = 'type, result, at, actor_id, user_id, data, seal, personal_digest, salt'
    await tamper(
      t,
      `INSERT INTO events (id, ${columns}) SELECT ?, ${columns} FROM events WHERE id = ?`,
      `${EVENT}a`,
      EVENT,
    )
    expect(await findings()).toEqual([{ kind: 'event.inserted', position: 2, eventId: `${EVENT}a` }])
  })

  test('that names a link that does not exist is found', async () => {
    for (const [id, seal] of [
      ['evt_x', 99],
      ['evt_y', 0],
      ['evt_z', -1],
    ] as const)
      await tamper(
        t,
        `INSERT INTO events (id, type, result, at, data, seal) VALUES (?, 'x', 'success', 1, '{}', ?)`,
        id,
        seal,
      )
    expect(await findings()).toEqual([
      { kind: 'event.stray', position: -1, eventId: 'evt_z' },
      { kind: 'event.stray', position: 0, eventId: 'evt_y' },
      { kind: 'event.stray', position: 99, eventId: 'evt_x' },
    ])
  })

  test('that is moved to another link is missed there and found here', async () => {
    await tamper(t, 'UPDATE events SET seal = 3 WHERE id = ?', EVENT)
    expect(await findings()).toEqual([
      { kind: 'event.removed', position: 2, index: 4, after: eventId(13), before: eventId(15) },
      { kind: 'event.inserted', position: 3, eventId: EVENT },
    ])
  })

  test('that is taken out of its link to be edited and sealed anew is missed in the old one', async () => {
    await tamper(
      t,
      `UPDATE events SET seal = NULL, salt = NULL, personal_digest = NULL, type = 'x' WHERE id = ?`,
      EVENT,
    )
    expect(await sealAll(t)).toBe(1)
    expect((await findings()).map(({ kind, position }) => [kind, position])).toEqual([['event.removed', 2]])
  })

  test('that has changed places with another is found, both are', async () => {
    const other = eventId(15)
    await tamper(t, `UPDATE events SET id = 'evt_' WHERE id = ?`, EVENT)
    await tamper(t, `UPDATE events SET id = ? WHERE id = ?`, EVENT, other)
    await tamper(t, `UPDATE events SET id = ? WHERE id = 'evt_'`, other)
    expect(await findings()).toEqual([
      { kind: 'event.changed', position: 2, eventId: EVENT },
      { kind: 'event.changed', position: 2, eventId: other },
    ])
  })

  test('whose personal data is blanked as if its user had been deleted, is found when no user was deleted', async () => {
    await tamper(t, 'UPDATE events SET address = NULL, user_agent = NULL, salt = NULL WHERE id = ?', EVENT)
    expect(await findings()).toEqual([{ kind: 'event.erased', position: 2, eventId: EVENT }])
  })

  describe('whose personal data is blanked, with a forged deletion event, is found', () => {
    const blank = () =>
      tamper(t, 'UPDATE events SET address = NULL, user_agent = NULL, salt = NULL WHERE id = ?', EVENT)
    const inventDeletion = (userId: string) =>
      tamper(
        t,
        `INSERT INTO events (id, type, result, at, actor_id, user_id, data) VALUES (?, 'user.deleted', 'success', ?, ?, ?, '{}')`,
        eventId(90),
        t.clock.now() - 60_000,
        userId,
        userId,
      )
    const insertUser = (id: string) =>
      tamper(
        t,
        `INSERT INTO users (id, email, email_key, email_verified, name, status, version, created_at, updated_at)
         VALUES (?, 'x@example.com', 'x@example.com', 0, '', 'active', 1, 1, 1)`,
        id,
      )

    test('while its user exists, with a sealed or an unsealed deletion event', async () => {
      await insertUser(userId(4)) // the actor of event 14
      await blank()
      await inventDeletion(userId(4))
      expect(await findings()).toEqual([{ kind: 'event.erased', position: 2, eventId: EVENT }])
      await sealAll(t)
      expect(await findings()).toEqual([{ kind: 'event.erased', position: 2, eventId: EVENT }])
    })

    test('when the user it is about is gone, and the one who acted is not: it was theirs', async () => {
      const gone = userId(40)
      await insertEvents(t, 1, 36)
      await tamper(t, 'UPDATE events SET user_id = ? WHERE id = ?', gone, eventId(36))
      await inventDeletion(gone)
      await sealAll(t)
      await tamper(t, 'UPDATE events SET address = NULL, user_agent = NULL, salt = NULL WHERE id = ?', eventId(36))
      expect(await findings()).toEqual([{ kind: 'event.erased', position: 5, eventId: eventId(36) }])
    })
  })
})

describe('a link', () => {
  test.each([
    ['version', 1],
    ['version', 3],
    ['version', 0],
    ['version', '1152921504606846976'],
    ['count', 9],
    ['digest', 'A'.repeat(430)],
    ['digest', ''],
    ['previous', 'A'.repeat(43)],
    ['signature', 'A'.repeat(86)],
    ['signature', '!'],
    ['sealed_at', 1],
    ['pruned_at', 1],
    ['count', '1152921504606846976'],
    ['sealed_at', '1152921504606846976'],
    ['pruned_at', '1152921504606846976'],
    ['previous', ''],
  ])('whose %s is changed to %p is found', async (column, value) => {
    await tamper(
      t,
      `UPDATE event_seals SET ${column} = CAST(? AS ${typeof value === 'number' || /^\\d+$/.test(value) ? 'INTEGER' : 'TEXT'}) WHERE position = 2`,
      value,
    )
    const found = await findings()
    expect(found[0]).toEqual({ kind: 'link.changed', position: 2 })
    // Once a link counts as pruned its events have no place.
    expect(found.slice(1).every(({ kind, position }) => kind === 'event.stray' && position === 2)).toBeTrue()
  })

  test.each(['digest', 'previous', 'key_id', 'signature'])('whose %s is no UTF-8 is found', async (column) => {
    await tamper(t, `UPDATE event_seals SET ${column} = CAST(x'ff' AS TEXT) WHERE position = 2`)
    expect(await findings()).toEqual([{ kind: 'link.changed', position: 2 }])
  })

  test('that is removed is found, with its events or without', async () => {
    await tamper(t, 'DELETE FROM event_seals WHERE position = 2')
    expect(await findings()).toEqual([{ kind: 'link.removed', position: 2, until: 2 }])
    await tamper(t, 'DELETE FROM events WHERE seal = 2')
    expect(await findings()).toEqual([{ kind: 'link.removed', position: 2, until: 2 }])
    await tamper(t, 'DELETE FROM event_seals WHERE position = 1')
    expect(await findings()).toEqual([{ kind: 'link.removed', position: 1, until: 2 }])
  })

  test('that is put in the place of another is found', async () => {
    await tamper(t, 'UPDATE event_seals SET position = 20 WHERE position = 2')
    await tamper(t, 'UPDATE event_seals SET position = 2 WHERE position = 3')
    await tamper(t, 'UPDATE event_seals SET position = 3 WHERE position = 20')
    expect((await findings()).filter(({ kind }) => kind === 'link.changed').map(({ position }) => position)).toEqual([
      2, 3,
    ])
  })

  test('that is put far away, and events that say they are there, are found', async () => {
    await tamper(t, 'UPDATE event_seals SET position = 1152921504606846976 WHERE position = 2')
    await tamper(t, 'UPDATE events SET seal = 1152921504606846976 WHERE seal = 2')
    expect((await findings())[0]).toEqual({ kind: 'link.removed', position: 2, until: 2 })
    await tamper(t, 'DELETE FROM event_seals WHERE position > 4')
    expect((await findings()).filter(({ kind }) => kind === 'event.stray')).toHaveLength(10)
  })

  test('that closes the gap left by another is found', async () => {
    await tamper(t, 'DELETE FROM events WHERE seal = 3')
    await tamper(t, 'DELETE FROM event_seals WHERE position = 3')
    await tamper(t, 'UPDATE event_seals SET position = 3 WHERE position = 4')
    await tamper(t, 'UPDATE events SET seal = 3 WHERE seal = 4')
    expect(await findings()).toEqual([{ kind: 'link.changed', position: 3 }])
  })

  test('of the same key but another chain is found', async () => {
    const other = await createTestApp() // the same APP_SECRET
    try {
      await insertEvents(other, 30, 1_000)
      await sealAll(other)
      const { rows } = await other.deps.db.$client.execute('SELECT * FROM event_seals WHERE position = 2')
      const foreign = Object.entries(rows[0] ?? {}).filter(([name]) => Number.isNaN(Number(name)) && name !== 'length')
      await tamper(t, 'DELETE FROM event_seals WHERE position = 2')
      await t.deps.db.$client.execute({
        sql: `INSERT INTO event_seals (${foreign.map(([name]) => name)}) VALUES (${foreign.map(() => '?')})`,
        args: foreign.map(([, value]) => value as string), // the values of a row, as they were read
      })
      const kinds = (await findings()).filter(({ kind }) => kind.startsWith('link.'))
      expect(kinds).toEqual([
        { kind: 'link.misplaced', position: 2 },
        { kind: 'link.misplaced', position: 3 },
      ])
    } finally {
      await other.close()
    }
  })
})

describe('the end of the chain', () => {
  test('cut off with all its events is found by the head that was kept elsewhere, and only by it', async () => {
    const noted = headOf((await verify(t)).result)
    await tamper(t, 'DELETE FROM events WHERE seal >= 3')
    await tamper(t, 'DELETE FROM event_seals WHERE position >= 3')
    expect(await findings()).toEqual([])
    expect((await verify(t, noted)).findings).toEqual([{ kind: 'chain.truncated', position: 4 }])
  })

  test('cut off and grown again has another hash at the place of the kept head', async () => {
    const noted = headOf((await verify(t)).result)
    await tamper(t, 'DELETE FROM event_seals WHERE position = 4')
    await tamper(t, `UPDATE events SET seal = NULL, type = 'x' WHERE seal = 4`)
    await sealAll(t)
    expect(await findings()).toEqual([])
    expect((await verify(t, noted)).findings).toEqual([{ kind: 'chain.rewritten', position: 4 }])
  })

  test('that has grown since the head was kept is no finding', async () => {
    const noted = headOf((await verify(t)).result)
    await insertEvents(t, 40, 100)
    await sealAll(t)
    expect((await verify(t, noted)).findings).toEqual([])
  })
})

describe('under another APP_SECRET', () => {
  const withOtherSecret = async (): Promise<TestApp> =>
    Object.assign(Object.create(t) as TestApp, {
      deps: { ...t.deps, config: { ...t.deps.config, appSecret: 'another secret of more than thirty-two bytes' } },
    })

  test('a chain cannot be checked, which is not the same as tampered with', async () => {
    const other = await withOtherSecret()
    const keyId = (await t.deps.db.$client.execute('SELECT DISTINCT key_id AS id FROM event_seals')).rows[0]?.id
    expect((await verify(other)).findings).toEqual([
      { kind: 'key.unknown', position: 1, until: 4, keyId: String(keyId) },
    ])
  })

  test('what was sealed before is verified with the earlier secret, and not without it', async () => {
    const other = await withOtherSecret()
    const secrets = [t.deps.config.appSecret]
    await insertEvents(t, 5, 100)
    await sealEvents(other.deps, t.clock.now(), 10)
    expect((await verify(other, undefined, secrets)).result).toMatchObject({ findings: 0, links: 5, events: 40 })
    expect((await verify(other)).findings).toEqual([
      { kind: 'key.unknown', position: 1, until: 4, keyId: expect.any(String) },
    ])

    await tamper(t, 'UPDATE events SET at = at + 1 WHERE id = ?', EVENT)
    await tamper(t, 'UPDATE event_seals SET sealed_at = 1 WHERE position = 4')
    expect((await verify(other, undefined, ['no such secret', ...secrets])).findings).toEqual([
      { kind: 'event.changed', position: 2, eventId: EVENT },
      { kind: 'link.changed', position: 4 },
    ])
  })

  test('a whole chain signed with a foreign key is reported, also when our own links follow it', async () => {
    const forger = await withOtherSecret()
    await tamper(t, 'DELETE FROM event_seals')
    await tamper(t, `UPDATE events SET seal = NULL, type = 'x'`)
    await sealAll(forger)
    await insertEvents(t, 5, 100)
    expect(await sealAll(t)).toBe(5) // by the server, which does not know of the change
    expect(await findings()).toEqual([{ kind: 'key.unknown', position: 1, until: 4, keyId: expect.any(String) }])
  })

  test('links at the end that are signed with a foreign key are no part of the chain', async () => {
    const forger = await withOtherSecret()
    await tamper(t, 'DELETE FROM event_seals WHERE position = 4')
    await tamper(t, `UPDATE events SET seal = NULL, type = 'x' WHERE seal = 4`)
    await sealEvents(forger.deps, t.clock.now(), 10)
    expect(await findings()).toEqual([{ kind: 'key.unknown', position: 4, until: 4, keyId: expect.any(String) }])
  })
})

test('events without a seal for an hour are a warning, not a finding', async () => {
  await insertEvents(t, 3, 500)
  expect((await verify(t)).result).toMatchObject({ unsealed: 0, findings: 0 })
  t.clock.advance(3_600_000)
  expect((await verify(t)).result).toMatchObject({ unsealed: 3, findings: 0 })
  expect(await count(t, 'events WHERE seal IS NULL')).toBe(3)
})
