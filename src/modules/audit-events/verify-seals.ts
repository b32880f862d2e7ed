/**
 * Reads the whole chain and says what is not as it was sealed. What that proves and what not: docs/audit.md.
 *
 * A link is genuine when our key signed it, or when a genuine later link names its hash: so what was sealed under an
 * earlier APP_SECRET is vouched for by what was sealed since.
 */
import type { Database } from '../../../db/database.ts'
import type { Deps } from '../../deps.ts'
import type { Ed25519 } from '../../lib/ed25519.ts'
import { type Link, linkHash, pruneMarkOf, pruneStatement, rootOf, sealStatement } from '../../lib/seals.ts'
import { hashOf, keepEventsFrom } from './seal-events.ts'
import { sealKey } from './seal-key.ts'
import { linkAt, linksBetween, sizeOfChain, strayEvents, unsealedSince } from './seal-queries.ts'
import { compareLink, type LinkDifference } from './verify-link.ts'

export type Finding =
  | { kind: 'event.changed' | 'event.personal_data_changed' | 'event.erased'; position: number; eventId: string }
  /** Says it is in this link, and is not. `event.stray`: nor is there such a link with events. */
  | { kind: 'event.inserted' | 'event.stray'; position: number; eventId: string }
  /** The `index`th of its link, counted from 1, between two others. */
  | { kind: 'event.removed'; position: number; index: number; after?: string; before?: string }
  /** Not as it was signed: nothing vouches for its events. */
  | { kind: 'link.changed'; position: number }
  | { kind: 'link.removed'; position: number; until: number }
  /** Signed, but not as the successor of the link before it. */
  | { kind: 'link.misplaced'; position: number }
  /** Its events are gone, and we did not delete them. */
  | { kind: 'link.emptied'; position: number }
  /** Signed under another APP_SECRET, and nothing since under this one. */
  | { kind: 'key.unknown'; position: number; until: number; keyId: string }
  /** What was noted elsewhere is not there any more. */
  | { kind: 'chain.truncated' | 'chain.rewritten'; position: number }

export interface Verified {
  kind: 'verified'
  events: number
  links: number
  /** Links whose events were deleted for their age. */
  pruned: number
  findings: number
  /** The last link, to be noted elsewhere: `POSITION:HASH`. Absent while nothing is sealed. */
  head?: string
  /** Events that have waited for their seal for more than an hour. */
  unsealed: number
  /** Links of an earlier APP_SECRET that later ones vouch for. */
  otherKey: number
}

type VerifyReply = { progress: { done: number; total: number } } | { item: Finding } | { item: Verified }

const LINKS_PER_READ = 8
const MAX_STRAYS = 10_000
const UNSEALED_WARNING_MS = 3_600_000

export interface ExpectedHead {
  position: number
  hash: string
}

/**
 * Yields progress and findings as it meets them, and last the result: of the chain as long as it is when this begins.
 * Reads off the event loop, some links at a time.
 */
export async function* verifySeals(
  deps: Pick<Deps, 'config' | 'clock' | 'longReads'>,
  expected?: ExpectedHead,
): AsyncGenerator<VerifyReply, void, undefined> {
  const { config, clock, longReads: db } = deps
  const key = await sealKey(config)
  // As long as it is now: a busy log could grow faster than it is read.
  const [{ events: total, last: end } = { events: 0, last: 0 }] = await sizeOfChain(db)
  const last = Math.min(end, Number.MAX_SAFE_INTEGER)
  const chain = createChain(db, key, expected)
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
      // Undefined: its events were deleted for their age since it was read.
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
  const [waiting] = await unsealedSince(db, keepEventsFrom(config, now), now - UNSEALED_WARNING_MS)
  const { head, pruned, otherKey } = ended
  yield {
    item: {
      kind: 'verified',
      events,
      links,
      pruned,
      findings,
      ...(head === undefined ? {} : { head }),
      unsealed: waiting?.count ?? 0,
      otherKey,
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

/** The links in order, whatever their events are. */
function createChain(db: Database, key: Ed25519, expected: ExpectedHead | undefined) {
  /** Of the link before; undefined where it is gone or not genuine, and what follows cannot be held against it. */
  let previous: { hash: string } | undefined = { hash: '' }
  let position = 0
  let head: string | undefined
  let pruned = 0
  let otherKey = 0
  /** Signed by a key that is not ours, and not vouched for yet. */
  let foreign: { position: number; until: number; keyId: string } | undefined
  let lastPruned: Link | undefined
  const gaps: { from: number; until: number }[] = []
  let noted: 'absent' | 'other' | 'found' | undefined = expected && 'absent'

  const isOurMark = async (link: Link, hash: string): Promise<boolean> =>
    key.verify(pruneStatement(hash, link.prunedAt ?? 0), pruneMarkOf(link).signature)

  /** Our mark on a link says that all up to it were pruned; so the last one is asked, and those before it if it lies. */
  async function pruneFindings(): Promise<Finding[]> {
    if (!lastPruned) return []
    const { keyId } = pruneMarkOf(lastPruned)
    if (keyId !== key.keyId && keyId !== '')
      return [{ kind: 'key.unknown', position: 1, until: lastPruned.position, keyId }]
    const findings: Finding[] = []
    let link: Link | undefined = lastPruned
    while (link && link.prunedAt !== null && !(await isOurMark(link, await hashOf(link)))) {
      findings.unshift({ kind: 'link.emptied', position: link.position })
      link = (await linkAt(db, link.position - 1))[0]?.link
    }
    return findings
  }

  return {
    /** `isWhole`: its list of events is to be believed, by its signature or until the end says otherwise. */
    async add(place: number, link: Link | undefined): Promise<{ findings: Finding[]; isWhole: boolean }> {
      const findings: Finding[] = []
      if (place !== position + 1) {
        gaps.push({ from: position + 1, until: place - 1 })
        findings.push({ kind: 'link.removed', position: position + 1, until: place - 1 })
        previous = undefined
      }
      position = place
      if (!link) {
        previous = undefined
        return { findings: [...findings, { kind: 'link.changed', position }], isWhole: false }
      }
      const statement = sealStatement(link, await rootOf(link))
      const hash = await linkHash(statement, link.signature)
      head = `${position}:${hash}`
      if (expected?.position === position) noted = expected.hash === hash ? 'found' : 'other'
      const isOurs = link.keyId === key.keyId
      if (isOurs && !(await key.verify(statement, link.signature))) {
        previous = undefined
        return { findings: [...findings, { kind: 'link.changed', position }], isWhole: false }
      }
      if (previous !== undefined && previous.hash !== link.previous) {
        findings.push({ kind: 'link.misplaced', position })
      } else if (isOurs && foreign && previous !== undefined) {
        otherKey += foreign.until - foreign.position + 1
        foreign = undefined
      }
      if (!isOurs) foreign = { position: foreign?.position ?? position, until: position, keyId: link.keyId }
      previous = { hash }
      if (link.prunedAt !== null) {
        pruned++
        lastPruned = link
      }
      return { findings, isWhole: true }
    },

    async end() {
      const findings = await pruneFindings()
      if (foreign) findings.push({ kind: 'key.unknown', ...foreign })
      if (expected && noted === 'absent') findings.push({ kind: 'chain.truncated', position: expected.position })
      if (expected && noted === 'other') findings.push({ kind: 'chain.rewritten', position: expected.position })
      const isRemoved = (seal: number) => gaps.some(({ from, until }) => seal >= from && seal <= until)
      return { findings, head, pruned, otherKey, isRemoved }
    },
  }
}
