import type { Sweep } from '../../core/feature.ts'
import { deleteRetiredKeys } from './queries.ts'

/**
 * Retired keys are kept for 30 days. Their tokens have expired, but the investigation of an incident may still need
 * the key.
 */
const KEEP_RETIRED_MS = 30 * 86_400_000

export const sweep: Sweep = (db, now, limit) => ({
  signingKeys: deleteRetiredKeys(db, 'EdDSA', now - KEEP_RETIRED_MS, limit),
  rsaSigningKeys: deleteRetiredKeys(db, 'RS256', now - KEEP_RETIRED_MS, limit),
  ecSigningKeys: deleteRetiredKeys(db, 'ES256', now - KEEP_RETIRED_MS, limit),
})
