/** Whether a session meets what an organisation requires of its members. One function decides for every door. */
import type { Actor, SessionPrincipal } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'
import { iso } from '../../lib/iso-time.ts'
import { reads, requires } from './denied.ts'
import { isClient, isSession } from './question.ts'
import { CLOCK_SKEW_MS } from '../../lib/durations.ts'
import { type OrgSettings, settingsOf, type StoredSettings, type UpdateOrgSettings } from './org-settings.ts'
import type { ScopedOrg } from './scope.ts'

type SignInMethod = NonNullable<OrgSettings['signInMethods']>[number]

/**
 * The first requirement of the organisation that this principal does not meet, as the problem to throw; undefined if it
 * meets all of them. `now` is ms UTC.
 *
 * The requirements are about sessions, and about clients that act for a person who signed in. An API key has none, so it
 * always meets them: its scopes, its networks and its expiry limit it. `emailDomains` is not among them: it limits who becomes a member, and members stay.
 */
export function unmetSetting(settings: StoredSettings, principal: Actor, now: number): Problem | undefined {
  if (isSession(principal)) return unmetBySession(settings, principal, now)
  // The token is no way around them: it says how and when its person signed in.
  if (!isClient(principal) || principal.authenticatedAt === null) return undefined
  const { authenticatedAt, amr, hasFactor } = principal
  return unmetBySession(settings, { authenticatedAt, amr, hasFactor }, now)
}

/** The same for a session alone, as a refresh reads it. */
export function unmetBySession(
  settings: StoredSettings,
  { amr, authenticatedAt, hasFactor }: Pick<SessionPrincipal, 'amr' | 'authenticatedAt' | 'hasFactor'>,
  now: number,
): Problem | undefined {
  const { mfaRequired, sessionMaxAgeSeconds, signInMethods: allowed } = settingsOf({ settings })
  if (mfaRequired && !(hasFactor && amr.includes('mfa')))
    return problem('org.second_factor_required', { denied: requires('actor.mfa', true, false) })
  if (sessionMaxAgeSeconds !== null && !isYounger(now - authenticatedAt, sessionMaxAgeSeconds * 1000))
    return problem('org.session_too_old', { denied: reads('actor.authenticatedAt', iso(authenticatedAt)) })
  if (allowed && !methodsOf(amr).some((method) => allowed.includes(method)))
    return problem('org.sign_in_method_refused', { denied: reads('actor.amr', amr) })
  return undefined
}

/**
 * Throws `org.settings_lock_out` if a member changes the settings so that their own session would not meet them. `now` is
 * ms UTC.
 */
export function assertNoLockOut(
  { id, settings }: Pick<ScopedOrg, 'id' | 'settings'>,
  change: UpdateOrgSettings | undefined,
  actor: Actor,
  now: number,
): void {
  if (change === undefined || !actor.memberships.has(id)) return
  if (unmetSetting({ ...settings, ...change }, actor, now) !== undefined) throw problem('org.settings_lock_out')
}

/** A sign-in from the future has an unknown age: the clock was set back. */
const isYounger = (ageMs: number, maxMs: number): boolean => ageMs <= maxMs && ageMs >= -CLOCK_SKEW_MS

/**
 * The ways in which the person signed in, from the authentication methods of the session (RFC 8176). `otp` is the code of
 * a mail if it comes first, or if no second factor was shown. Otherwise it is the code of an authenticator app, which is
 * no way in.
 */
export const methodsOf = (amr: readonly string[]): SignInMethod[] => [
  ...(amr[0] === 'otp' || (amr.includes('otp') && !amr.includes('mfa')) ? (['email'] as const) : []),
  ...(amr.includes('pwd') ? (['password'] as const) : []),
  ...(amr.includes('hwk') || amr.includes('swk') ? (['passkey'] as const) : []),
  ...(amr.includes('fed') ? (['provider'] as const) : []),
]
