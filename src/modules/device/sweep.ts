import type { Sweep } from '../../core/feature.ts'
import { deleteExpiredDeviceCodes } from './queries.ts'

/** A device that asks a little late learns that its code has expired. */
const KEEP_MS = 3_600_000

export const sweep: Sweep = (db, now, limit) => ({ deviceCodes: deleteExpiredDeviceCodes(db, now - KEEP_MS, limit) })
