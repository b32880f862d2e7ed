/**
 * Seals the audit log: chains its events and signs them, so that none can be changed or removed without a trace.
 * What that proves and what not: docs/audit.md.
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
 * Events this young are left alone. Which link an event is in is a column of it, so one that another process commits
 * later than its id says is simply in a later link: the lag is not needed for the chain to be right. It is there so that
 * events of one moment stand in one link in their order, and to leave the newest rows to those who write them.
 */
const SEAL_LAG_MS = 30_000
const SALT_BYTES = 16

type SealDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals'>

/** Events older than this are deleted (AUDIT_RETENTION_DAYS). */
export const keepEventsFrom = ({ auditRetentionDays }: Deps['config'], now: number): number =>
  now - auditRetentionDays * DAY_MS

/**
 * Adds one link of at most `limit` events to the chain, in three round trips. Of two sealers at once one adds nothing;
 * cut off anywhere, it has added the whole link or nothing. A clock that was wrong only makes `sealedAt` wrong.
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
  // What cannot be read was not written by us: it stays without a seal, and the verification tells of it.
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
  // No event: it would have to be sealed in its turn, without end.
  const { added } = await commit(deps, {
    added: insertLink(db, link, written, rows.length),
    marked: markSealed(db, link, written),
  })
  return added.length === 0 ? { events: 0, links: 0 } : { events: rows.length, links: 1 }
}

/** Of a link as it stands in the database. */
export const hashOf = async (link: Link): Promise<string> => linkHash(link, await rootOf(link))
