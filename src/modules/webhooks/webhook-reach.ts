/** Who may see and change which webhook. */
import { hidden, type Place, placeAt, refusalAt } from '../../core/authz/require-permission.ts'
import { hookUrlFault } from '../../core/hooks/targets.ts'
import type { Actor, Deps } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'
import { webhookById } from './queries.ts'
import type { WebhookRow } from './schema.ts'

export type ReadDeps = Pick<Deps, 'db' | 'principals' | 'clock'>
export type WriteDeps = ReadDeps & Pick<Deps, 'config' | 'random' | 'queue' | 'fetchPublic'>

export type WebhookPermission = 'webhooks:read' | 'webhooks:write'

/**
 * A webhook shows the events of its place to whoever has its URL. So who makes or changes one, and who reads what was sent, must be
 * able to read these events in the audit log too.
 */
const EVENTS = 'audit:read'

/** Why the principal may not do this in the place; undefined if it may. */
export const refusalOf = (
  actor: Actor,
  permission: WebhookPermission,
  place: Place,
  { showsEvents, now }: { showsEvents: boolean; now: number },
): Problem | undefined =>
  refusalAt(actor, permission, place, now) ?? (showsEvents ? refusalAt(actor, EVENTS, place, now) : undefined)

/** Throws unless the permission reaches a webhook of this organisation. No round trip if the scopes are in memory. */
export async function assertReached(
  deps: ReadDeps,
  actor: Actor,
  permission: WebhookPermission,
  { orgId, showsEvents = false }: { orgId: string | null; showsEvents?: boolean },
): Promise<void> {
  const place = await placeAt(deps, orgId)
  const now = deps.clock.now()
  const refusal = place && refusalAt(actor, permission, place, now)
  if (place === undefined || refusal !== undefined) throw hidden(refusal, 'webhook.not_found')
  const ofEvents = showsEvents ? refusalAt(actor, EVENTS, place, now) : undefined
  if (ofEvents !== undefined) throw ofEvents
}

/** The webhook. One round trip. Throws `webhook.not_found`, also for one that the principal may not see, and `auth.forbidden`. */
export async function webhookAt(
  deps: ReadDeps,
  actor: Actor,
  id: string,
  permission: WebhookPermission,
  showsEvents = false,
): Promise<WebhookRow> {
  const [webhook] = await webhookById(deps.db, id)
  if (webhook === undefined) throw problem('webhook.not_found')
  await assertReached(deps, actor, permission, { orgId: webhook.orgId, showsEvents })
  return webhook
}

/** Throws `request.invalid` for a URL to which nothing may be sent. It does not repeat the URL. */
export function requireTarget(deps: Pick<Deps, 'config' | 'fetchPublic'>, url: string): void {
  const fault = hookUrlFault(deps, url)
  const message = fault ?? (url.includes('#') ? 'it has a fragment' : undefined)
  if (message !== undefined)
    throw problem('request.invalid', { errors: [{ path: '/url', message: `Expected another URL: ${message}` }] })
}

/** The host, for mails and events: the rest of a URL may be a secret. */
export const hostOf = (url: string): string => new URL(url).host
