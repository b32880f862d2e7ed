import type { Sweep } from '../../core/feature.ts'
import { deleteExpiredClients, deleteOldSecrets } from './sweep-queries.ts'

/** Deletes registrations that expired, and secrets that expired. Both were refused since then. */
export const sweep: Sweep = (db, now, limit) => ({
  clients: deleteExpiredClients(db, now, limit),
  // The log redacts a count whose name has "secret".
  endedRotations: deleteOldSecrets(db, now, limit),
})
