import { iso } from '../../lib/iso-time.ts'
import type { FeedEvent } from './model.ts'

/** An event as clients and webhooks get it: no address, no user agent, no id of a request or a session. */
export interface WireEvent {
  id: string
  type: string
  result: FeedEvent['result']
  /** ISO 8601. */
  at: string
  /** What the event is about: the id of the account, else of the organisation; null: the instance. */
  subject: string | null
  actorId: string | null
  orgId: string | null
  data: Record<string, unknown>
}

export const toWireEvent = ({ id, type, result, at, userId, actorId, orgId, data }: FeedEvent): WireEvent => ({
  id,
  type,
  result,
  at: iso(at),
  subject: userId ?? orgId,
  actorId,
  orgId,
  data,
})
