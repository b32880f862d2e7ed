import type { Deps } from '../../deps.ts'
import { iso } from '../../lib/iso-time.ts'
import { allKeys } from './queries.ts'
import type { ListedKey } from './schema.ts'

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
    const state = (): ListedKey['state'] => {
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
