/** Verifies the links of the chain in order. It does not look at their events. */
import type { Database } from '../../../db/database.ts'
import type { Ed25519 } from './ed25519.ts'
import { isSealVersion, type Link, linkHash, pruneMarkOf, pruneStatement, rootOf, sealStatement } from './seals.ts'
import { SCHEDULE_SKEW_MS } from '../jobs/queries.ts'
import { hashOf } from './seal-events.ts'
import { linkAt } from './seal-queries.ts'

export type Finding =
  | { kind: 'event.changed' | 'event.personal_data_changed' | 'event.erased'; position: number; eventId: string }
  /**
   * The event names this link, but the link does not contain it. `event.stray`: this link does not exist, or has no
   * events.
   */
  | { kind: 'event.inserted' | 'event.stray'; position: number; eventId: string }
  /** The event at position `index` of its link, counted from 1, between two other events. */
  | { kind: 'event.removed'; position: number; index: number; after?: string; before?: string }
  /** The signature does not match, or this release does not know the version. Nothing proves its events. */
  | { kind: 'link.changed'; position: number }
  | { kind: 'link.removed'; position: number; until: number }
  /** Signed, but not as the successor of the link before it. */
  | { kind: 'link.misplaced'; position: number }
  /** Its events are missing, and there is no valid prune mark. */
  | { kind: 'link.emptied'; position: number }
  /** The prune mark has a time in the future, or a time before the events were old enough. */
  | { kind: 'link.pruned_ahead'; position: number; sealedAt: number; prunedAt: number }
  /** Signed under an APP_SECRET that was not given. */
  | { kind: 'key.unknown'; position: number; until: number; keyId: string }
  /** The head that the operator stored elsewhere is missing (truncated) or different (rewritten). */
  | { kind: 'chain.truncated' | 'chain.rewritten'; position: number }

/** Consecutive links whose events were deleted because of their age. Times in ms UTC, from the prune marks. */
export interface PrunedRange {
  from: number
  until: number
  sealedFrom: number
  sealedUntil: number
  prunedFrom: number
  prunedUntil: number
  /** Why the clock was believed (`modules/jobs/clock-trust.ts`). `unknown` for marks of an earlier release. */
  bases: string[]
  /** The number of links that were pruned sooner after their seal than the AUDIT_RETENTION_DAYS of today. */
  early: number
}

/** The minimum of AUDIT_RETENTION_DAYS is one day. */
const SHORTEST_RETENTION_MS = 86_400_000

export interface ExpectedHead {
  position: number
  hash: string
}

export function createChain(
  db: Database,
  known: readonly Ed25519[],
  expected: ExpectedHead | undefined,
  /** The present time in ms UTC, and how long the events of a link are kept, in ms. */
  { now, retentionMs }: { now: number; retentionMs: number },
) {
  const keys = new Map(known.map((key) => [key.keyId, key]))
  /**
   * The hash of the previous link. Undefined if that link is missing or invalid: then the next link cannot be compared.
   */
  let previous: { hash: string } | undefined = { hash: '' }
  let position = 0
  let head: string | undefined
  let pruned = 0
  let lastPruned: Link | undefined
  const prunedRanges: PrunedRange[] = []
  /** The current run of consecutive links whose key is unknown. */
  let unknown: { position: number; until: number; keyId: string } | undefined
  const gaps: { from: number; until: number }[] = []
  let noted: 'absent' | 'other' | 'found' | undefined = expected && 'absent'

  function closeUnknown(): Finding[] {
    const run = unknown
    unknown = undefined
    return run ? [{ kind: 'key.unknown', ...run }] : []
  }

  const isOurMark = async (link: Link): Promise<boolean> => {
    const { keyId, signature, basis } = pruneMarkOf(link)
    const statement = pruneStatement(await hashOf(link), link.prunedAt ?? 0, basis)
    return (await keys.get(keyId)?.verify(statement, signature)) === true
  }

  function notePruned({ position: at, sealedAt, prunedAt, ...link }: Link & { prunedAt: number }): Finding[] {
    pruned++
    const basis = pruneMarkOf(link).basis ?? 'unknown'
    const early = prunedAt - sealedAt < retentionMs ? 1 : 0
    const range = prunedRanges.at(-1)
    if (range?.until !== at - 1)
      prunedRanges.push({
        from: at,
        until: at,
        sealedFrom: sealedAt,
        sealedUntil: sealedAt,
        prunedFrom: prunedAt,
        prunedUntil: prunedAt,
        bases: [basis],
        early,
      })
    else {
      range.until = at
      range.sealedFrom = Math.min(range.sealedFrom, sealedAt)
      range.sealedUntil = Math.max(range.sealedUntil, sealedAt)
      range.prunedFrom = Math.min(range.prunedFrom, prunedAt)
      range.prunedUntil = Math.max(range.prunedUntil, prunedAt)
      if (!range.bases.includes(basis)) range.bases.push(basis)
      range.early += early
    }
    const isAhead = prunedAt > now + SCHEDULE_SKEW_MS || prunedAt - sealedAt < SHORTEST_RETENTION_MS
    return isAhead ? [{ kind: 'link.pruned_ahead', position: at, sealedAt, prunedAt }] : []
  }

  /**
   * A prune mark covers all links up to its own. So only the last mark is checked, and earlier marks if it is invalid.
   */
  async function pruneFindings(): Promise<Finding[]> {
    if (!lastPruned) return []
    const { keyId } = pruneMarkOf(lastPruned)
    if (!keys.has(keyId) && keyId !== '')
      return [{ kind: 'key.unknown', position: 1, until: lastPruned.position, keyId }]
    const findings: Finding[] = []
    let link: Link | undefined = lastPruned
    while (link && link.prunedAt !== null && !(await isOurMark(link))) {
      findings.unshift({ kind: 'link.emptied', position: link.position })
      link = (await linkAt(db, link.position - 1))[0]?.link
    }
    return findings
  }

  /** `isWhole`: the digests of the link are valid, so its events can be compared with them. */
  async function add(place: number, link: Link | undefined): Promise<{ findings: Finding[]; isWhole: boolean }> {
    const findings: Finding[] = []
    const key = link && keys.get(link.keyId)
    if (place !== position + 1 || key || !link) findings.push(...closeUnknown())
    if (place !== position + 1) {
      gaps.push({ from: position + 1, until: place - 1 })
      findings.push({ kind: 'link.removed', position: position + 1, until: place - 1 })
      previous = undefined
    }
    position = place
    const changed = () => {
      findings.push(...closeUnknown())
      previous = undefined
      return { findings: [...findings, { kind: 'link.changed' as const, position }], isWhole: false }
    }
    if (!link) return changed()
    const root = await rootOf(link)
    const hash = await linkHash(link, root)
    head = `${position}:${hash}`
    if (expected?.position === position) noted = expected.hash === hash ? 'found' : 'other'
    if (!isSealVersion(link.version)) return changed()
    if (key && !(await key.verify(sealStatement(link, root), link.signature))) return changed()
    if (previous !== undefined && previous.hash !== link.previous) findings.push({ kind: 'link.misplaced', position })
    previous = { hash }
    if (!key) unknown = { position: unknown?.position ?? position, until: position, keyId: link.keyId }
    if (isPruned(link)) {
      findings.push(...notePruned(link))
      lastPruned = link
    }
    return { findings, isWhole: true }
  }

  async function end() {
    const findings = [...closeUnknown(), ...(await pruneFindings())]
    if (expected && noted === 'absent') findings.push({ kind: 'chain.truncated', position: expected.position })
    if (expected && noted === 'other') findings.push({ kind: 'chain.rewritten', position: expected.position })
    const isRemoved = (seal: number) => gaps.some(({ from, until }) => seal >= from && seal <= until)
    return { findings, head, pruned, prunedRanges, isRemoved }
  }

  return { add, end }
}

const isPruned = (link: Link): link is Link & { prunedAt: number } => link.prunedAt !== null
