/**
 * Seals the audit log: chains its events and signs the chain, so that a changed or removed event is detected.
 * docs/audit.md describes what a seal proves and what it does not prove.
 */
import type { Deps } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { DAY_MS } from '../../lib/durations.ts'
import {
  digestPersonal,
  eventDigest,
  type Link,
  linkHash,
  rootOf,
  SEAL_VERSION,
  sealStatement,
  sha256,
} from './seals.ts'
import { commit } from '../../core/events/commit.ts'
import { sealKey } from './seal-key.ts'
import { insertLink, lastLink, markSealed, toRows, unsealedEvents } from './seal-queries.ts'

/**
 * Events younger than this are not sealed yet. Correctness does not need this delay: the link of an event is one of its
 * columns, so an event that another process commits late goes into a later link. The delay keeps the events of one
 * moment in one link and in order. It also keeps the sealer away from rows that are still being written.
 */
const SEAL_LAG_MS = 30_000
const SALT_BYTES = 16

type SealDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals'>

/** Events sealed before this time (ms UTC) are deleted (AUDIT_RETENTION_DAYS). */
export const keepEventsFrom = ({ auditRetentionDays }: Deps['config'], now: number): number =>
  now - auditRetentionDays * DAY_MS

/**
 * Adds one link of at most `limit` events to the chain, in three round trips. If two sealers run at once, one of them
 * adds nothing. If the process is killed, the whole link was added or nothing. A wrong clock only makes `sealedAt`
 * wrong.
 */
export async function sealEvents(
  deps: SealDeps,
  now: number,
  limit: number,
): Promise<{ events: number; links: number }> {
  const { config, db, random } = deps
  const [waiting, [head], key] = await Promise.all([
    unsealedEvents(db, { now, lagMs: SEAL_LAG_MS }, limit),
    lastLink(db),
    sealKey(config),
  ])
  // This application did not write an event that cannot be read. It stays unsealed, and verification reports it.
  const events = waiting.flatMap(({ event }) => event ?? [])
  const last = head?.link
  if (events.length === 0 || (head && !last)) return { events: 0, links: 0 }

  const rows = await Promise.all(
    events.map(async (event) => {
      const { address, userAgent } = event
      const salt = base64url(random.bytes(SALT_BYTES))
      const personalDigest = await digestPersonal(salt, address, userAgent)
      const digest = await eventDigest(event, personalDigest)
      return { id: event.id, salt, personalDigest, address, userAgent, digest }
    }),
  )
  const digest = rows.map((row) => row.digest).join('')
  const unsigned = {
    position: (last?.position ?? 0) + 1,
    version: SEAL_VERSION,
    count: rows.length,
    previous: last === undefined ? '' : await hashOf(last),
    keyId: key.keyId,
    sealedAt: now,
  }
  const signature = await key.sign(sealStatement(unsigned, await sha256(digest)))
  const link: Link = { ...unsigned, digest, signature, prunedAt: null }
  const written = toRows(rows)
  // Writes no audit event: that event would need a seal too, without end.
  const { added } = await commit(deps, {
    added: insertLink(db, link, written, rows.length),
    marked: markSealed(db, link, written),
  })
  return added.length === 0 ? { events: 0, links: 0 } : { events: rows.length, links: 1 }
}

/** The hash of a link as it is stored in the database. */
export const hashOf = async (link: Link): Promise<string> => linkHash(link, await rootOf(link))
