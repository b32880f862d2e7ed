import type { Deps } from '../../deps.ts'
import { iso } from '../../lib/iso-time.ts'
import type { SigningAlg } from '../../lib/primitives/primitives.ts'
import { allKeys } from './queries.ts'

/** `next`: it is published and does not sign yet. `leaving`: a successor signs, and tokens of this one are still valid. */
export type SigningKeyState = 'signs' | 'next' | 'leaving' | 'api-keys-only' | 'retired' | 'revoked'

export interface ListedKey {
  id: string
  alg: SigningAlg
  state: SigningKeyState
  createdAt: string
  /** It signs from then on. */
  activeAt: string
  /** It verifies until then. Null: no successor is known. */
  endsAt: string | null
}

/** Every key that is stored, by algorithm, oldest first. Keys that ended are kept for a month. One round trip. */
export async function listSigningKeys({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<ListedKey[]> {
  const now = clock.now()
  const rows = await allKeys(db)
  const signing = new Map<string, string>()
  for (const { id, alg, activeAt, retiresAt } of rows)
    if (activeAt <= now && (retiresAt === null || retiresAt > now)) signing.set(alg, id)
  return rows.map(({ id, alg, createdAt, activeAt, retiresAt, neededUntil, revokedAt }) => {
    const isInUse = retiresAt === null || retiresAt > now
    const isNeeded = neededUntil !== null && neededUntil > now
    const state = (): SigningKeyState => {
      if (revokedAt !== null) return 'revoked'
      if (!isInUse) return isNeeded ? 'api-keys-only' : 'retired'
      return activeAt > now ? 'next' : signing.get(alg) === id ? 'signs' : 'leaving'
    }
    const ends = revokedAt ?? (retiresAt === null ? null : Math.max(retiresAt, neededUntil ?? 0))
    return {
      id,
      alg,
      state: state(),
      createdAt: iso(createdAt),
      activeAt: iso(activeAt),
      endsAt: ends === null ? null : iso(ends),
    }
  })
}
