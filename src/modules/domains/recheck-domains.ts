import { commit, recorded, type Step } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { happened } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { DAY_MS } from '../../lib/durations.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { hasRecord } from './manage-domains.ts'
import { dueDomains, endProof, noteCheck } from './queries.ts'

/** Shorter than the week between two runs, so that a run that began late skips no domain. */
const CHECK_AFTER_MS = 5 * DAY_MS
/** Asked at once: a resolver that does not answer delays a batch by its time-out, once. */
const DOMAINS_PER_BATCH = 10
/** One missing answer may be a mistake in the DNS. */
const CHECKS_TO_LOSE = 2

/**
 * Asks the DNS again for the records of proved domains, the longest unchecked first. A domain whose record is gone in two
 * checks in a row is no longer proved, and the owners of its organisation get a mail. A failure of the resolver counts for
 * nothing. Members stay.
 */
export async function recheckDomains(deps: Deps, now: number, limit: number): Promise<{ domains: number }> {
  const due = await dueDomains(deps.db, now - CHECK_AFTER_MS, Math.min(limit, DOMAINS_PER_BATCH))
  const steps = await Promise.all(due.map((domain) => check(deps, domain, now)))
  await commit(deps, steps.flat())
  return { domains: due.length }
}

async function check(
  deps: Deps,
  { row, orgName, owners }: Awaited<ReturnType<typeof dueDomains>>[number],
  now: number,
): Promise<Step[]> {
  const { db } = deps
  const present = await hasRecord(deps, row).catch(() => undefined)
  const missed = present === undefined ? row.missedChecks : present ? 0 : row.missedChecks + 1
  if (missed < CHECKS_TO_LOSE) return [noteCheck(db, row, missed, now)]
  const data = { domainId: row.id, domain: row.domain }
  const lost = newEvent(deps, systemCause, 'domain.verification_lost', { orgId: row.orgId, data })
  const content = { template: 'domain-lost', data: { domain: row.domain, org: orgName, at: now } } as const
  const mails = owners.map((userId) =>
    queueMail(deps, { userId, eventId: lost.id, content, cause: systemCause }, happened(lost)),
  )
  return [recorded(endProof(db, row, now), lost), ...(await Promise.all(mails))]
}
