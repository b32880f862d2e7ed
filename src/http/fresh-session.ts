import type { Clock, Principal } from '../deps.ts'
import { problem } from '../errors.ts'

const FRESH_MS = 10 * 60_000

/** What cannot be undone asks for a recent proof of identity. Throws `auth.fresh_session_required`. ASVS 7.5.1 */
export function requireFreshSession({ authenticatedAt }: Principal, clock: Clock): void {
  if (clock.now() - authenticatedAt > FRESH_MS) throw problem('auth.fresh_session_required')
}
