import type { Sweep } from '../../core/feature.ts'
import {
  deleteExpiredFamilies,
  deleteExpiredRevocations,
  deleteTokensOfExpiredFamilies,
} from '../grants/token-queries.ts'

/** Kept for a day more, so that a clock that is ahead for some hours deletes nothing that is still valid. */
const KEEP_EXPIRED_MS = 86_400_000

/**
 * All tokens of a family stay until it expires, ended or not. So a used token or code is recognised as long as it could do
 * harm. Tokens are deleted first: a cascade of many families would block other writes.
 */
export const sweep: Sweep = (db, now, limit) => {
  const before = now - KEEP_EXPIRED_MS
  return {
    // The names are `refreshes` and `revocations` because the log redacts fields that are called a token.
    refreshes: deleteTokensOfExpiredFamilies(db, before, limit),
    families: deleteExpiredFamilies(db, before, limit),
    revocations: deleteExpiredRevocations(db, before, limit),
  }
}
