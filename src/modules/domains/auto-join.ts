import type { SQL } from 'drizzle-orm'
import { recorded, type Step } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { giveRoleOfEvent, joinByDomain, orgOfDomain } from './auto-join-queries.ts'

/**
 * The steps by which a person becomes a member of the organisation that has proved the domain of their address and lets
 * people join by it. They belong at the end of each batch after which a verified address may count: a sign-in, and a
 * verification. `userId` is null in SQL if the batch signed nobody in; then nothing happens.
 *
 * Only a verified address counts. A person who left or was removed joins by an invitation alone.
 */
export function autoJoin(
  deps: Pick<Deps, 'db' | 'clock' | 'random'>,
  cause: Cause,
  userId: string | SQL,
): readonly Step[] {
  const { db, clock } = deps
  const joined = newEvent(deps, cause, 'member.added', {
    actorId: userId,
    userId,
    orgId: orgOfDomain(userId),
    data: { by: 'domain', roles: ['member'] },
  })
  return [recorded(joinByDomain(db, userId, clock.now()), joined), giveRoleOfEvent(db, joined.id)]
}
