/**
 * Verifies the whole chain and reports every difference from what was sealed. docs/audit.md describes what that proves
 * and what it does not prove.
 *
 * Links that were sealed under an earlier APP_SECRET are verified only with that secret. A later link that contains
 * their hash is no proof, because the sealer continues after any link it finds at the end of the chain.
 */
import type { Deps } from '../../deps.ts'
import { keepEventsFrom } from './seal-events.ts'
import { sealKey } from './seal-key.ts'
import { linksBetween, sizeOfChain, strayEvents, unsealedBefore } from './seal-queries.ts'
import { createChain, type ExpectedHead, type Finding, type PrunedRange } from './verify-chain.ts'
import { compareLink, type LinkDifference } from './verify-link.ts'

export interface Verified {
  kind: 'verified'
  events: number
  links: number
  /** Links whose events were deleted because of their age. */
  pruned: number
  /** Which links, when, and why the clock was believed. Absent if there are none. */
  prunedLinks?: PrunedRange[]
  findings: number
  /** The last link as `POSITION:HASH`, for the operator to store elsewhere. Absent if nothing is sealed. */
  head?: string
  /** Events that have waited more than an hour for their seal. */
  unsealed: number
}

type VerifyReply = { progress: { done: number; total: number } } | { item: Finding } | { item: Verified }

const LINKS_PER_READ = 8
const MAX_STRAYS = 10_000
const UNSEALED_WARNING_MS = 3_600_000

export interface Verification {
  /** The head that the operator stored elsewhere. */
  expected?: ExpectedHead | undefined
  /** Earlier values of APP_SECRET. */
  previousSecrets?: readonly string[] | undefined
}

/**
 * Yields progress and findings, and the result at the end. Verifies the chain up to the length it has at the start.
 * Reads some links at a time, with `longReads`.
 */
export async function* verifySeals(
  deps: Pick<Deps, 'config' | 'clock' | 'longReads'>,
  { expected, previousSecrets = [] }: Verification = {},
): AsyncGenerator<VerifyReply, void, undefined> {
  const { config, clock, longReads: db } = deps
  const secrets = [config.appSecret, ...previousSecrets]
  const keys = await Promise.all(secrets.map((appSecret) => sealKey({ appSecret })))
  // The length is fixed at the start: a busy log could grow faster than it is read.
  const [{ events: total, last: end } = { events: 0, last: 0 }] = await sizeOfChain(db)
  const last = Math.min(end, Number.MAX_SAFE_INTEGER)
  const startedAt = clock.now()
  const chain = createChain(db, keys, expected, {
    now: startedAt,
    retentionMs: startedAt - keepEventsFrom(config, startedAt),
  })
  let events = 0
  let links = 0
  let findings = 0
  const tell = (finding: Finding): VerifyReply => {
    findings++
    return { item: finding }
  }
  yield { progress: { done: 0, total } }
  for (let page = await linksBetween(db, 0, last, LINKS_PER_READ); page.length > 0; ) {
    for (const { position, link } of page) {
      const { findings: found, isWhole } = await chain.add(position, link)
      for (const finding of found) yield tell(finding)
      links++
      if (!link || !isWhole || link.prunedAt !== null) continue
      // Undefined: its events were pruned since the link was read.
      const differences = (await compareLink(db, link)) ?? []
      for (const difference of differences) yield tell(toFinding(link.position, difference))
      events += link.count
      yield { progress: { done: events, total: Math.max(total, events) } }
    }
    page = await linksBetween(db, page.at(-1)?.position ?? last, last, LINKS_PER_READ)
  }
  const ended = await chain.end()
  for (const finding of ended.findings) yield tell(finding)
  for (const { id, seal } of await strayEvents(db, MAX_STRAYS))
    if (!ended.isRemoved(seal)) yield tell({ kind: 'event.stray', position: seal, eventId: id })
  const now = clock.now()
  const [waiting] = await unsealedBefore(db, now - UNSEALED_WARNING_MS)
  const { head, pruned, prunedRanges } = ended
  yield {
    item: {
      kind: 'verified',
      events,
      links,
      pruned,
      ...(prunedRanges.length === 0 ? {} : { prunedLinks: prunedRanges }),
      findings,
      ...(head === undefined ? {} : { head }),
      unsealed: waiting?.count ?? 0,
    },
  }
}

function toFinding(position: number, difference: LinkDifference): Finding {
  switch (difference.kind) {
    case 'removed': {
      const { index, after, before } = difference
      return {
        kind: 'event.removed',
        position,
        index,
        ...(after === undefined ? {} : { after }),
        ...(before === undefined ? {} : { before }),
      }
    }
    case 'personal':
      return { kind: 'event.personal_data_changed', position, eventId: difference.eventId }
    default:
      return { kind: `event.${difference.kind}`, position, eventId: difference.eventId }
  }
}
