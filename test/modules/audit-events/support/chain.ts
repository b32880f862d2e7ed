/** A sealed audit log, and the changes that a person with write access to the database file can make to it. */
import { sealEvents } from '../../../../src/modules/audit-events/seal-events.ts'
import type { ExpectedHead, Finding } from '../../../../src/modules/audit-events/verify-chain.ts'
import { type Verified, verifySeals } from '../../../../src/modules/audit-events/verify-seals.ts'
import type { TestApp } from '../../../support/test-app.ts'

export const eventId = (number: number): string => `evt_${number.toString(16).padStart(32, '0')}`
export const userId = (number: number): string => `usr_${number.toString(16).padStart(32, '0')}`

/** `count` events of ten users, every second one of an organisation and for another, a minute old. Ids from `first` on. */
export async function insertEvents(t: TestApp, count: number, first = 1): Promise<void> {
  await t.deps.db.$client.execute({
    sql: `WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      INSERT INTO events (id, type, result, at, actor_id, org_id, acting_for, user_id, session_id, address, user_agent, request_id, data)
      SELECT printf('evt_%032x', i), 'session.refreshed', 'success', ?, printf('usr_%032x', i % 10),
        CASE WHEN i % 2 = 0 THEN 'org_1' END, CASE WHEN i % 2 = 0 THEN '[{"kind":"agent","id":"agt_1"},{"kind":"user","id":"usr_1"}]' END,
        printf('usr_%032x', i % 10), 'ses_1', '203.0.113.' || (i % 250), 'Browser/' || i, 'req_' || i, '{"n":' || i || '}' FROM n`,
    args: [first, first + count - 1, t.clock.now() - 60_000],
  })
}

/** Adds links of at most `limit` events until nothing is left to seal. Returns how many events it sealed. */
export async function sealAll(t: TestApp, limit = 10): Promise<number> {
  let sealed = 0
  for (;;) {
    const { events } = await sealEvents(t.deps, t.clock.now(), limit)
    if (events === 0) return sealed
    sealed += events
  }
}

/** What there is to find, and the result. */
export async function verify(
  t: Pick<TestApp, 'deps'>,
  expected?: ExpectedHead,
  previousSecrets?: string[],
): Promise<{ findings: Finding[]; result: Verified }> {
  const findings: Finding[] = []
  let result: Verified | undefined
  for await (const reply of verifySeals(t.deps, { expected, previousSecrets })) {
    if (!('item' in reply)) continue
    if (reply.item.kind === 'verified') result = reply.item
    else findings.push(reply.item)
  }
  if (!result) throw new Error('the verification gave no result')
  return { findings, result }
}

/** One statement past the application: what this is all about. */
export async function tamper(t: TestApp, sql: string, ...args: (string | number | null)[]): Promise<void> {
  const { rowsAffected } = await t.deps.db.$client.execute({ sql, args })
  if (rowsAffected === 0) throw new Error(`nothing was touched by: ${sql}`)
}

export const count = async (t: TestApp, of: string): Promise<number> =>
  Number((await t.deps.db.$client.execute(`SELECT count(*) AS n FROM ${of}`)).rows[0]?.n)

/** `POSITION:HASH` in its parts. */
export function headOf({ head = '' }: Verified): ExpectedHead {
  const [position = '', hash = ''] = head.split(':')
  return { position: Number(position), hash }
}
