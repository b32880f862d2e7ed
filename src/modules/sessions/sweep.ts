import type { Sweep } from '../../core/feature.ts'
import { deleteUnseenDevices } from './known-device-queries.ts'
import { KEEP_UNSEEN_DEVICES_MS } from './note-known-device.ts'
import { deleteExpiredSessions, deleteTokensOfExpiredSessions } from './queries.ts'

/**
 * Expired sessions are kept for a day. So a clock that is ahead for some hours deletes no session that is still
 * valid.
 */
const KEEP_EXPIRED_MS = 86_400_000

/**
 * All tokens of a session are kept until the session has expired, ended or not. So a used token is recognised as long
 * as it could do harm. Tokens are deleted first: a session in daily use has thousands, and a cascade of many such
 * sessions would block other writes.
 */
export const sweepSessions: Sweep = (db, now, limit) => ({
  // The name is `links` (of token chains) because the log redacts fields that are called a token.
  links: deleteTokensOfExpiredSessions(db, now - KEEP_EXPIRED_MS, limit),
  sessions: deleteExpiredSessions(db, now - KEEP_EXPIRED_MS, limit),
})

export const sweepDevices: Sweep = (db, now, limit) => ({
  devices: deleteUnseenDevices(db, now - KEEP_UNSEEN_DEVICES_MS, limit),
})
