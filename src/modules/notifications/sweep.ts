import type { Sweep } from '../../core/feature.ts'
import { deleteExpired, deleteExpiredRecipients } from './queries.ts'

export const sweep: Sweep = (db, now, limit) => ({
  recipients: deleteExpiredRecipients(db, now, limit),
  notifications: deleteExpired(db, now, limit),
})
