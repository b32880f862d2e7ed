/** Notifications as their senders see them: list, read, retract. */
import { hidden, placeAt, refusalAt, requirePermission } from '../../core/authz/require-permission.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Actor, Deps } from '../../deps.ts'
import { INSTANCE } from '../../core/authz/scope.ts'
import { READ, WRITE } from './addressed.ts'
import { listSent, placeOfSent, retract, type ShownSent, sentById } from './queries.ts'
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
export async function sentNotification(deps: ReadDeps, actor: Actor, id: string): Promise<ShownSent> {
  const [found] = await sentById(deps.db, id)
  return requireAt(deps, actor, READ, found)
}

async function requireAt(
  deps: ReadDeps,
  actor: Actor,
  permission: typeof READ | typeof WRITE,
  found: ShownSent | undefined,
): Promise<ShownSent> {
  const place = found && (await placeAt(deps, found.orgId))
  const refusal = place && refusalAt(actor, permission, place, deps.clock.now())
  if (!found || !place || refusal !== undefined) throw hidden(refusal, 'notification.not_found')
  return found
}

/**
 * Nobody sees it from then on, and who does not have it yet does not get it. A mail that was queued is sent. A repetition changes
 * nothing. One round trip: the statement asks where it was sent. Two more if the rules of that place are not in memory, as for an
 * administrator who is no member there. Throws `notification.not_found`.
 */
export async function retractNotification(
  deps: ReadDeps & Pick<Deps, 'random'>,
  cause: Cause,
  actor: Actor,
  id: string,
): Promise<void> {
  const { db, clock } = deps
  const event = newEvent(deps, cause, 'notification.retracted', {
    orgId: placeOfSent(id),
    data: { notificationId: id },
  })
  const retractAt = (places: readonly (string | null)[]) =>
    commit(deps, { retracted: recorded(retract(db, id, clock.now(), places), event), found: sentById(db, id) })

  const known = knownPlaces(deps, actor)
  // Who may retract nothing costs no write.
  const { retracted, found } =
    known.length > 0 ? await retractAt(known) : { retracted: [], found: await sentById(db, id) }
  if (retracted.length > 0) return
  const { orgId, state } = await requireAt(deps, actor, WRITE, found[0])
  if (state !== 'retracted') await retractAt([orgId])
}

/** Where the principal may retract, of the places whose rules are in memory: the guard has read those of its first organisations. */
function knownPlaces({ principals, clock }: ReadDeps, actor: Actor): (string | null)[] {
  const instance = principals.scope(INSTANCE)
  if (instance === undefined) return []
  const now = clock.now()
  const orgs = [...actor.memberships.keys()].flatMap((orgId) => principals.scope(orgId) ?? [])
  return [
    ...(refusalAt(actor, WRITE, { instance }, now) === undefined ? [null] : []),
    ...orgs.flatMap((org) => (refusalAt(actor, WRITE, { instance, org }, now) === undefined ? [org.id] : [])),
  ]
}
