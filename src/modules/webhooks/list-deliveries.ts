import { type Page, type PageOrder, readPage } from '../../core/paging/pages.ts'
import type { Actor } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { deliveryById, listDeliveries } from './delivery-queries.ts'
import type { DeliveryDetailRow, DeliveryRow, ListDeliveries } from './delivery-schema.ts'
import { assertReached, type ReadDeps } from './webhook-reach.ts'

/** The order of the commits: two deliveries of one moment have ids in any order. */
const NEWEST: PageOrder<DeliveryRow & { position: number }> = {
  order: '-position',
  sortedBy: ({ position }) => position,
}
const READ = 'webhooks:read'

/** One page, the newest first. One round trip. Throws `webhook.not_found`, `auth.forbidden`, `request.invalid`. */
export async function pageOfDeliveries(
  deps: ReadDeps,
  actor: Actor,
  id: string,
  { limit, cursor, ...filter }: ListDeliveries,
): Promise<Page<DeliveryRow>> {
  let orgId: string | null | undefined
  const page = await readPage({ limit, cursor }, NEWEST, async (after, rows) => {
    const found = await listDeliveries(deps.db, id, filter, {
      before: after && (typeof after.value === 'number' ? after.value : 0),
      limit: rows,
    })
    orgId = found[0]?.target.orgId
    return found.flatMap(({ delivery }) => delivery ?? [])
  })
  if (orgId === undefined) throw problem('webhook.not_found')
  await assertReached(deps, actor, READ, { orgId, showsEvents: true })
  return page
}

/** With what was sent and answered. One round trip. Throws `webhook.not_found`, `webhook.delivery_not_found`, `auth.forbidden`. */
export async function findDelivery(
  deps: ReadDeps,
  actor: Actor,
  { id, deliveryId }: { id: string; deliveryId: string },
): Promise<DeliveryDetailRow> {
  const [found] = await deliveryById(deps.db, id, deliveryId)
  if (found === undefined) throw problem('webhook.not_found')
  await assertReached(deps, actor, READ, { orgId: found.target.orgId, showsEvents: true })
  if (found.delivery === null) throw problem('webhook.delivery_not_found')
  return found.delivery
}
