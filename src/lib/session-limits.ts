/** The lifetime of sessions: in total, and without use. ASVS 7.3.1, 7.3.2 */
import type { Config } from '../config.ts'
import { CLOCK_SKEW_MS, MINUTE_MS } from './durations.ts'

export type SessionKind = 'token' | 'cookie'

export interface SessionLimits {
  /** From the sign-in, with or without use. */
  ttlMs: number
  /** From the last use. */
  idleMs: number
  /**
   * The last use is stored at most this often. So the stored time may be older than the real one by this much. An idle
   * session ends at most a minute early, or by a quarter of a very short limit.
   */
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

/** Without use for so long, a session of the kind has expired. */
export function idleLimits(config: Limits): Record<SessionKind, number> {
  const { token, cookie } = sessionLimits(config)
  return { token: token.idleMs, cookie: cookie.idleMs }
}

/**
 * How long a used token is still accepted, for two tabs that present the same token. The chain may have moved on since.
 */
export const REUSE_GRACE_MS = 10_000

/** Whether `now` is inside the grace period that ends at `graceEndsAt`, and not before its beginning. Ms UTC. */
export const isInGrace = (graceEndsAt: number, now: number): boolean =>
  graceEndsAt > now && graceEndsAt <= now + REUSE_GRACE_MS + CLOCK_SKEW_MS
