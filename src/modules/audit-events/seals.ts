/**
 * What is hashed and what is signed when the audit log is sealed. Pure functions; docs/audit.md defines the terms.
 *
 * A link of the chain holds the digests of its events, in the order of their ids. So verification can name the exact
 * event that was changed. A link signs the digest over these digests and the hash of the previous link.
 */
import { primitives } from '#primitives'
import { base64url, utf8 } from '../../lib/encoding.ts'

/** SHA-256, base64url. */
export const sha256 = async (text: string): Promise<string> => base64url(await primitives.digest('SHA-256', utf8(text)))

/** Length of every digest above. */
const DIGEST_CHARACTERS = 43

/**
 * An event as its seal covers it: each column that never changes, and a digest in place of the data that can be erased.
 */
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
  /** The stored text, not the parsed value. */
  actingFor: string | null
  /** The stored text, not the parsed value: the order of keys and the spelling of numbers are kept. */
  data: string
}

/**
 * What the digests of a link cover. Version 1 covers neither an organisation nor an acting-for chain, because events
 * had none then. Version 2 covers both.
 */
const SEAL_VERSIONS: readonly number[] = [1, 2]
/** The version of new links. */
export const SEAL_VERSION = 2

export const isSealVersion = (version: number): boolean => SEAL_VERSIONS.includes(version)

/**
 * Digests a JSON array: two different events never give the same text (lone surrogates are escaped). The arrays of two
 * versions differ in length, so two versions never give the same text either.
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
 * The digest that a link of this version can hold for an event. Undefined if the event has a value in a column that the
 * version does not cover: that column was written after the seal.
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

/**
 * Replaces address and user agent in the seal. Without the salt an attacker cannot guess the address by trying all of
 * them.
 */
export const digestPersonal = (salt: string, address: string | null, userAgent: string | null): Promise<string> =>
  sha256(JSON.stringify([salt, address, userAgent]))

export interface Link {
  position: number
  /** What its digests cover (`isSealVersion`). */
  version: number
  count: number
  /** The digests of its events, concatenated. After pruning: `prunedDigest`. */
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

/** The digest over all events of a link. A pruned link keeps it. */
export const rootOf = async ({ digest, prunedAt }: Pick<Link, 'digest' | 'prunedAt'>): Promise<string> =>
  prunedAt === null ? sha256(digest) : (digest.split('.')[0] ?? '')

/** The text that a link signs. */
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
 * The hash that the next link stores as `previous`, and that an operator stores elsewhere. It fixes this link and all
 * links before it. It is the same for every version, so that a process of an earlier release can add the next link. The
 * signature fixes the version.
 */
export const linkHash = (link: Omit<Link, 'digest' | 'prunedAt'>, root: string): Promise<string> =>
  sha256(`${sealStatement({ ...link, version: 1 }, root)}.${link.signature}`)

/**
 * The text that is signed when the events of a link are deleted because of their age. It says that all events up to
 * this link are deleted, when, and why the clock was believed. Marks of earlier releases do not say why.
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

/** The key and the signature of the prune mark, and why the clock was believed. */
export const pruneMarkOf = ({
  digest,
}: Pick<Link, 'digest'>): { keyId: string; signature: string; basis: string | undefined } => {
  const [, keyId = '', signature = '', basis] = digest.split('.')
  return { keyId, signature, basis }
}

/** How the events of a link differ from the events that were sealed. */
export type Difference =
  | { kind: 'changed' | 'inserted'; eventId: string }
  /** `index` counts from 1. `after` and `before` are the ids of the nearest unchanged events, where they exist. */
  | { kind: 'removed'; index: number; after: string | undefined; before: string | undefined }

/**
 * Compares the sealed digests with the events found, both in the order of ids. Between two unchanged events, an unknown
 * event in the position of a sealed event counts as changed. More unknown events count as inserted, and missing ones as
 * removed.
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
