/** How long a session lasts: in all, and without being used. ASVS 7.3.1, 7.3.2 */
import type { Config } from '../config.ts'
import { CLOCK_SKEW_MS, MINUTE_MS } from './durations.ts'

export type SessionKind = 'token' | 'cookie'

export interface SessionLimits {
  /** From its sign-in, whatever happens. */
  ttlMs: number
  /** From its last use. */
  idleMs: number
  /** Its last use is noted no more often than this, so it may seem that much older than it is: an idle session ends at
   *  most a minute early, or a quarter of a very short limit. */
  noteUseEveryMs: number
}

type Limits = Pick<Config, 'cookieTtlSeconds' | 'cookieIdleSeconds' | 'refreshTtlSeconds' | 'refreshIdleSeconds'>

/** The limits of each kind, as configured. */
export function sessionLimits(config: Limits): Record<SessionKind, SessionLimits> {
  return {
    token: limits(config.refreshTtlSeconds, config.refreshIdleSeconds),
    cookie: limits(config.cookieTtlSeconds, config.cookieIdleSeconds),
  }
}

function limits(ttlSeconds: number, idleSeconds: number): SessionLimits {
  const idleMs = idleSeconds * 1000
  return { ttlMs: ttlSeconds * 1000, idleMs, noteUseEveryMs: Math.min(MINUTE_MS, idleMs / 4) }
}

/** Two tabs may present a token that one of them has spent this long ago, wherever the chain has got to meanwhile. */
export const REUSE_GRACE_MS = 10_000

/** Whether the grace that ends then has begun at all. Ms UTC. */
export const isInGrace = (graceEndsAt: number, now: number): boolean =>
  graceEndsAt > now && graceEndsAt <= now + REUSE_GRACE_MS + CLOCK_SKEW_MS
