/** Deps from what a runtime brings. Nothing here does I/O or draws chance before it is first asked: workers forbid it. */
import type { Database } from '../../db/database.ts'
import { isMigrated } from '../../db/migration-state.ts'
import type { Config } from '../config.ts'
import type { Deps } from '../deps.ts'
import { createKeyRing } from '../modules/keys/key-ring.ts'
import { createChallenges } from './challenges.ts'
import { systemClock } from './clock.ts'
import { createForeignFetch } from './foreign-fetch.ts'
import { createPrincipalCache, REMOTE_PRINCIPAL_TTL_MS } from './principal-cache.ts'
import { createRandom } from './random.ts'

/** What differs from one runtime to the next. */
export interface Runtime extends Pick<Deps, 'log' | 'passwords' | 'asset' | 'peerAddress' | 'accepting' | 'defer'> {
  database: { db: Database; owned: boolean; longReads?: Database }
}

const MAX_PRINCIPALS = 50_000

export function assembleDeps(config: Config, { database: { db, owned, longReads = db }, ...runtime }: Runtime): Deps {
  const clock = systemClock
  const random = createRandom(clock)
  const principals = createPrincipalCache({
    maxEntries: MAX_PRINCIPALS,
    ttlMs: owned ? 0 : REMOTE_PRINCIPAL_TTL_MS,
    clock,
  })
  return {
    ...runtime,
    config,
    db,
    longReads,
    clock,
    random,
    principals,
    challenges: createChallenges(config.appSecret, config.appUrl, clock),
    keys: createKeyRing({ config, db, clock, random, principals }),
    fetch: createForeignFetch(clock),
    migrated: () => isMigrated(db),
  }
}
