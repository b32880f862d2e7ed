/** Notifications as their senders see them: list, read, retract. */
import { hidden, placeAt, refusalAt, requirePermission } from '../../core/authz/require-permission.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Actor, Deps } from '../../deps.ts'
import { READ, WRITE } from './addressed.ts'
import { listSent, retract, type ShownSent, sentById } from './queries.ts'
import type { ListSentNotifications } from './schema.ts'

type ReadDeps = Pick<Deps, 'db' | 'principals' | 'clock'>

/** One round trip. Throws `org.not_found`, `auth.forbidden`, `request.invalid`. */
export async function pageOfSent(
  deps: ReadDeps,
  actor: Actor,
  { orgId: asked, ...query }: ListSentNotifications,
): Promise<Page<ShownSent>> {
  const orgId = asked ?? null
  await requirePermission(deps, actor, READ, orgId)
  return readNewest(query, (before, rows) => listSent(deps.db, orgId, before, rows))
}

/** One round trip, and one for rules that are not in memory. Throws `notification.not_found`, also for one that the principal may not see. */
export async function sentNotification(
  deps: ReadDeps,
  actor: Actor,
  id: string,
  permission: typeof READ | typeof WRITE = READ,
): Promise<ShownSent> {
  const [found] = await sentById(deps.db, id)
  const place = found && (await placeAt(deps, found.orgId))
  const refusal = place && refusalAt(actor, permission, place, deps.clock.now())
  if (!found || !place || refusal !== undefined) throw hidden(refusal, 'notification.not_found')
  return found
}

/**
 * Nobody sees it from then on, and who does not have it yet does not get it. A mail that was queued is sent. A repetition changes
 * nothing. Throws `notification.not_found`.
 */
export async function retractNotification(
  deps: ReadDeps & Pick<Deps, 'random'>,
  cause: Cause,
  actor: Actor,
  id: string,
): Promise<void> {
  const { orgId, state } = await sentNotification(deps, actor, id, WRITE)
  if (state === 'retracted') return
  const retracted = newEvent(deps, cause, 'notification.retracted', { orgId, data: { notificationId: id } })
  await commit(deps, { retracted: recorded(retract(deps.db, id, deps.clock.now()), retracted) })
}
