import type { Sweep } from '../../core/feature.ts'
import { deleteRetiredKeys } from './queries.ts'

/** Its tokens are long dead; whoever looks into an incident may still want to know the key. */
const KEEP_RETIRED_MS = 30 * 86_400_000

export const sweep: Sweep = (db, now, limit) => ({ signingKeys: deleteRetiredKeys(db, now - KEEP_RETIRED_MS, limit) })
