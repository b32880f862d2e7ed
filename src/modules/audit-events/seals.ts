/**
 * What is hashed and what is signed when the audit log is sealed. Pure; the words are those of docs/audit.md.
 *
 * A link of the chain holds the digests of its events, in the order of their ids, and so names the very event that was
 * touched. What it signs is the digest over these, and the hash of the link before it.
 */
import { primitives } from '#primitives'
import { base64url, utf8 } from '../../lib/encoding.ts'

/** SHA-256, base64url. */
export const sha256 = async (text: string): Promise<string> => base64url(await primitives.digest('SHA-256', utf8(text)))

/** Of every digest above. */
const DIGEST_CHARACTERS = 43

/** An event as its seal sees it: each column that is never changed, and a digest in place of what may be erased. */
export interface SealableEvent {
  id: string
  type: string
  result: string
  at: number
  actorId: string | null
  userId: string | null
  sessionId: string | null
  requestId: string | null
  orgId: string | null
  /** As it is stored, not as it is parsed. */
  actingFor: string | null
  /** As it is stored, not as it is parsed: no order of keys, no spelling of a number is lost. */
  data: string
}

/**
 * What the digests of a link cover. 1: neither an organisation nor an acting-for chain, which events did not have then.
 * 2: these too.
 */
const SEAL_VERSIONS: readonly number[] = [1, 2]
/** Of new links. */
export const SEAL_VERSION = 2

export const isSealVersion = (version: number): boolean => SEAL_VERSIONS.includes(version)

/**
 * JSON of a list: no two events have one text, whatever stands in them (lone surrogates are escaped). The lists of two
 * versions differ in length, so no two versions have one text either.
 */
export const eventDigest = (event: SealableEvent, personalDigest: string): Promise<string> => {
  const { id, type, result, at, actorId, userId, sessionId, requestId, orgId, actingFor, data } = event
  return sha256(
    JSON.stringify([
      id,
      type,
      result,
      at,
      actorId,
      userId,
      sessionId,
      requestId,
      orgId,
      actingFor,
      data,
      personalDigest,
    ]),
  )
}

/**
 * The digest that a link of this version can hold of an event. Undefined where the event has a column that the version does
 * not cover: the column was written after the seal.
 */
export async function eventDigestOf(
  version: number,
  event: SealableEvent,
  personalDigest: string,
): Promise<string | undefined> {
  if (version === SEAL_VERSION) return eventDigest(event, personalDigest)
  const { id, type, result, at, actorId, userId, sessionId, requestId, orgId, actingFor, data } = event
  if (version !== 1 || orgId !== null || actingFor !== null) return undefined
  return sha256(JSON.stringify([id, type, result, at, actorId, userId, sessionId, requestId, data, personalDigest]))
}

/** Stands in the seal for address and user agent. Without the salt nobody can try addresses until one fits. */
export const digestPersonal = (salt: string, address: string | null, userAgent: string | null): Promise<string> =>
  sha256(JSON.stringify([salt, address, userAgent]))

export interface Link {
  position: number
  /** What its digests cover (`isSealVersion`). */
  version: number
  count: number
  /** The digests of its events, one after the other; once it is pruned, `prunedDigest`. */
  digest: string
  previous: string
  keyId: string
  signature: string
  sealedAt: number
  prunedAt: number | null
}

/** The digests in a link that is not pruned. */
export const digestsOf = ({ digest }: Pick<Link, 'digest'>): string[] =>
  Array.from({ length: Math.ceil(digest.length / DIGEST_CHARACTERS) }, (_, index) =>
    digest.slice(index * DIGEST_CHARACTERS, (index + 1) * DIGEST_CHARACTERS),
  )

/** The digest over all events of a link, which it keeps when they are gone. */
export const rootOf = async ({ digest, prunedAt }: Pick<Link, 'digest' | 'prunedAt'>): Promise<string> =>
  prunedAt === null ? sha256(digest) : (digest.split('.')[0] ?? '')

/** What a link signs. */
export const sealStatement = (link: Omit<Link, 'digest' | 'signature' | 'prunedAt'>, root: string): string =>
  JSON.stringify([
    `threeger audit seal ${link.version}`,
    link.position,
    link.count,
    root,
    link.previous,
    link.keyId,
    link.sealedAt,
  ])

/**
 * What the next link calls `previous`, and what an operator notes: it fixes this link and all before it. The same for every
 * version, so that a process of an earlier release can add the next link; the signature fixes the version.
 */
export const linkHash = (link: Omit<Link, 'digest' | 'prunedAt'>, root: string): Promise<string> =>
  sha256(`${sealStatement({ ...link, version: 1 }, root)}.${link.signature}`)

/**
 * What is signed when a link's events are deleted for their age: that all up to it are, when, and why that clock was
 * believed. Marks of earlier releases do not say why.
 */
export const pruneStatement = (hash: string, prunedAt: number, basis?: string): string =>
  JSON.stringify(
    basis === undefined
      ? ['threeger audit prune 1', hash, prunedAt]
      : ['threeger audit prune 2', hash, prunedAt, basis],
  )

/** The digest of a link whose events are deleted. */
export const prunedDigest = (root: string, keyId: string, signature: string, basis?: string): string =>
  [root, keyId, signature, ...(basis === undefined ? [] : [basis])].join('.')

/** Who signed that the link is pruned. */
export const pruneMarkOf = ({
  digest,
}: Pick<Link, 'digest'>): { keyId: string; signature: string; basis: string | undefined } => {
  const [, keyId = '', signature = '', basis] = digest.split('.')
  return { keyId, signature, basis }
}

/** How the events of a link differ from those that were sealed. */
export type Difference =
  | { kind: 'changed' | 'inserted'; eventId: string }
  /** `index` counts from 1. Its neighbours that are as they were sealed, as far as there are any. */
  | { kind: 'removed'; index: number; after: string | undefined; before: string | undefined }

/**
 * Compares the sealed digests with the events found, both in the order of ids. Between two events that are as they were,
 * an unknown event in the place of a sealed one was changed; the others were inserted, or are removed.
 */
export function compareEvents(
  sealed: readonly string[],
  found: readonly { id: string; digest: string }[],
): Difference[] {
  const places = new Map(sealed.map((digest, index) => [digest, index]))
  const differences: Difference[] = []
  let next = 0
  let last: string | undefined
  let unknown: string[] = []
  const close = (until: number, before: string | undefined) => {
    const missing = until - next
    for (const [index, eventId] of unknown.entries())
      differences.push({ kind: index < missing ? 'changed' : 'inserted', eventId })
    for (let index = next + unknown.length; index < until; index++)
      differences.push({ kind: 'removed', index: index + 1, after: last, before })
  }
  for (const { id, digest } of found) {
    const place = places.get(digest)
    if (place === undefined || place < next) unknown.push(id)
    else {
      close(place, id)
      next = place + 1
      last = id
      unknown = []
    }
  }
  close(sealed.length, undefined)
  return differences
}
