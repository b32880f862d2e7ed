/** What the release before seal version 2 wrote, and what it would still write beside this one. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sealKey } from '../../../../src/modules/audit-events/seal-key.ts'
import type { TestApp } from '../../../support/test-app.ts'

const recording = readFileSync(join(import.meta.dir, 'version-1.sql'), 'utf8')

/** The head that `audit verify` of that release printed. */
export const recordedHead = /head: (\S+)/.exec(recording)?.[1] ?? ''

/** Puts the recorded chain into an empty log, and the clock to after its first link was pruned. */
export async function loadRecordedChain(t: TestApp): Promise<void> {
  const statements = recording.split('\n').filter((line) => line.startsWith('INSERT'))
  for (const statement of statements) await t.deps.db.$client.execute(statement)
  t.clock.advance(402 * 86_400_000)
}

const sha256 = (value: unknown): string =>
  new Bun.CryptoHasher('sha256').update(typeof value === 'string' ? value : JSON.stringify(value)).digest('base64url')

/**
 * Seals all waiting events in one link, as a process of that release does which has not been stopped yet: it knows neither
 * the version of a link nor the later columns of an event. Written from docs/audit.md of that release.
 */
export async function sealAsVersion1({ deps, clock }: TestApp): Promise<void> {
  const { db, config } = deps
  const read = async (sql: string) => (await db.$client.execute(sql)).rows
  const key = await sealKey(config)
  const [last] = await read('SELECT * FROM event_seals ORDER BY position DESC LIMIT 1')
  const root = (digest: unknown) => sha256(String(digest))
  const statement = (link: Record<string, unknown>, of: string): string =>
    JSON.stringify(['threeger audit seal 1', link.position, link.count, of, link.previous, link.key_id, link.sealed_at])
  const events = await read('SELECT * FROM events WHERE seal IS NULL ORDER BY id')
  const digests: string[] = []
  const position = Number(last?.position ?? 0) + 1
  for (const event of events) {
    const personal = sha256(['salt', event.address, event.user_agent])
    const { id, type, result, at, actor_id, user_id, session_id, request_id, data } = event
    digests.push(sha256([id, type, result, at, actor_id, user_id, session_id, request_id, data, personal]))
    const sql = `UPDATE events SET seal = ?, salt = 'salt', personal_digest = ? WHERE id = ?`
    await db.$client.execute({ sql, args: [position, personal, String(id)] })
  }
  const digest = digests.join('')
  const previous = last ? sha256(`${statement(last, root(last.digest))}.${last.signature}`) : ''
  const link = { position, count: events.length, previous, key_id: key.keyId, sealed_at: clock.now() }
  const signature = await key.sign(statement(link, root(digest)))
  await db.$client.execute({
    sql: 'INSERT INTO event_seals (position, count, digest, previous, key_id, signature, sealed_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    args: [position, link.count, digest, previous, link.key_id, signature, link.sealed_at],
  })
}
