import type { Sweep } from '../../core/feature.ts'
import { deleteUnseenDevices } from './known-device-queries.ts'
import { KEEP_UNSEEN_DEVICES_MS } from './note-known-device.ts'
import { deleteExpiredSessions, deleteTokensOfExpiredSessions } from './queries.ts'

/** A clock that was ahead for some hours has then cost nobody a session. */
const KEEP_EXPIRED_MS = 86_400_000

/**
 * A family stays whole until its session has expired, ended or not, so a spent token is recognised as long as it could do
 * harm. Tokens go first: a session in daily use has thousands, and a cascade of many such would hold the writer.
 */
export const sweepSessions: Sweep = (db, now, limit) => ({
  // `links` of token chains: the log redacts whatever is called a token.
  links: deleteTokensOfExpiredSessions(db, now - KEEP_EXPIRED_MS, limit),
  sessions: deleteExpiredSessions(db, now - KEEP_EXPIRED_MS, limit),
})

export const sweepDevices: Sweep = (db, now, limit) => ({
  devices: deleteUnseenDevices(db, now - KEEP_UNSEEN_DEVICES_MS, limit),
})
