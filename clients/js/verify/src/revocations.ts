import { VerificationError } from './errors.ts'

/**
 * What was revoked, for example from the revocation feed of the server. It is asked for each id in a credential: the
 * token or API key (`jti`), the session, the subject, the administrator who acts for the subject, and the organisation.
 */
export interface Revocations {
  isRevoked(id: string, issuedAt: number): boolean | Promise<boolean>
  /** The time up to which every revocation is known, ms UTC. */
  freshAt(): number
}

/** Throws `credential.revoked`, and `revocations.stale` if the newest revocations may be missing. */
export async function assertNotRevoked(
  revocations: Revocations,
  ids: readonly string[],
  issuedAt: number,
  { now, maxStaleMs }: { now: number; maxStaleMs: number },
): Promise<void> {
  const freshAt = revocations.freshAt()
  const answers = await Promise.all(ids.map((id) => revocations.isRevoked(id, issuedAt)))
  if (answers.some(Boolean)) throw new VerificationError('credential.revoked')
  if (!(now - freshAt <= maxStaleMs)) throw new VerificationError('revocations.stale')
}
