import { VerificationError } from './errors.ts'

/**
 * What was revoked: `createRevocationFeed`, or a source of your own. It is asked for each id in a credential: the token or API key
 * (`jti`), its signing key, the session, or the grant and the family, the subject, the organisation, both with a blank between them
 * (the membership), the client, and who acts for the subject.
 */
export interface Revocations {
  isRevoked(id: string, issuedAt: number): boolean | Promise<boolean>
  /** The time up to which every revocation is known, ms UTC. */
  freshAt(): number
  /** Awaited before both: resolves when the source was read once, or has no answer for now. */
  ready?(): Promise<void>
  /** The default of `maxRevocationAgeMs` with this source. */
  maxAgeMs?: number
}

/** Throws `credential.revoked`. False: the newest revocations may be missing. */
export async function areFreshAndWithout(
  revocations: Revocations,
  ids: readonly string[],
  issuedAt: number,
  { now, maxStaleMs }: { now: () => number; maxStaleMs: number },
): Promise<boolean> {
  await revocations.ready?.()
  const freshAt = revocations.freshAt()
  const answers = await Promise.all(ids.map((id) => revocations.isRevoked(id, issuedAt)))
  if (answers.some(Boolean)) throw new VerificationError('credential.revoked')
  return now() - freshAt <= maxStaleMs
}
