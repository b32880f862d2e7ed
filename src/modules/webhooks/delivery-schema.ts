/** What was sent: deliveries and their replay. */
import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { iso } from '../../lib/iso-time.ts'
import { idOf, Time, Timestamp, timeOf } from './schema.ts'

export const ReplayWebhook = Type.Object(
  {
    since: Type.Optional(
      Type.String({
        format: 'date-time',
        maxLength: 40,
        description: 'Absent: 14 days ago, when the log begins.',
        examples: ['2026-07-09T00:00:00.000Z'],
      }),
    ),
    until: Type.Optional(
      Type.String({
        format: 'date-time',
        maxLength: 40,
        description: 'Absent: now.',
        examples: ['2026-07-09T12:00:00.000Z'],
      }),
    ),
    only: Type.Optional(
      Type.Union([Type.Literal('failed'), Type.Literal('all'), Type.Literal('missed')], {
        description:
          '`failed` (default): deliveries that were given up. `all`: every delivery that has ended. `missed`: events that match the filter and were never sent, because the webhook was disabled or did not exist.',
        examples: ['failed'],
      }),
    ),
  },
  { additionalProperties: false, title: 'ReplayWebhook' },
)
export type ReplayWebhook = Static<typeof ReplayWebhook>

export const ReplayAccepted = Type.Object(
  {
    id: Type.String({
      description: 'The event `webhook.replayed` of this replay. A job does it: `GET /v1/jobs?kind=replay-webhooks`.',
      examples: ['evt_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
    }),
  },
  { title: 'ReplayAccepted' },
)

const deliveryFields = {
  id: idOf('dlv'),
  webhookId: idOf('whk'),
  eventId: Type.String({
    description: 'The header `webhook-id`: the same for each attempt and each replay.',
    examples: ['evt_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
  }),
  eventType: Type.String({ examples: ['member.added'] }),
  subject: Type.Union([Type.String(), Type.Null()], {
    description: 'Deliveries with the same subject arrive in their order.',
    examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
  }),
  cause: Type.Union([Type.Literal('event'), Type.Literal('replay'), Type.Literal('test')], { examples: ['event'] }),
  state: Type.Union([Type.Literal('pending'), Type.Literal('delivered'), Type.Literal('failed')], {
    description: '`failed`: it was given up after 12 attempts, or cannot be sent.',
    examples: ['delivered'],
  }),
  attempts: Type.Integer({ examples: [1] }),
  nextAttemptAt: Time(
    'It is not sent before. null: it has ended, the webhook is disabled, or an earlier delivery with the same subject is not delivered yet.',
  ),
  createdAt: Timestamp,
  finishedAt: Time('When it was delivered or given up.'),
}
export const Delivery = Type.Object(deliveryFields, { title: 'WebhookDelivery' })
export type Delivery = Static<typeof Delivery>

const Try = Type.Object({
  at: Timestamp,
  status: Type.Union([Type.Integer(), Type.Null()], { description: 'null: there was no answer.', examples: [200] }),
  error: Type.Union([Type.String(), Type.Null()], { examples: [null] }),
  tookMs: Type.Integer({ examples: [38] }),
})
export const DeliveryDetail = Type.Object(
  {
    ...deliveryFields,
    body: Type.Union([Type.String(), Type.Null()], {
      description: 'What was sent. null: nothing was sent yet.',
      examples: ['{"id":"evt_0190a5e0c5f87d3cb3a4c1f2e5d60718","type":"member.added"}'],
    }),
    answer: Type.Union([Type.String(), Type.Null()], {
      description: 'The begin of the last answer.',
      examples: ['ok'],
    }),
    tries: Type.Array(Try, { description: 'The last 20 attempts, oldest first.' }),
  },
  { title: 'WebhookDeliveryDetail' },
)
export type DeliveryDetail = Static<typeof DeliveryDetail>

/** A row that is not due: an earlier one of its subject is pending. */
export const NEVER = Number.MAX_SAFE_INTEGER

export interface DeliveryRow {
  id: string
  webhookId: string
  eventId: string
  eventType: string
  subject: string
  cause: 'event' | 'replay' | 'test'
  state: 'pending' | 'delivered' | 'failed'
  attempts: number
  /** Null: the webhook is disabled. */
  nextAt: number | null
  createdAt: number
  finishedAt: number | null
}
export interface DeliveryDetailRow extends DeliveryRow {
  body: string | null
  answer: string | null
  tries: { at: number; status: number | null; error: string | null; tookMs: number }[]
}

export const toDelivery = (row: DeliveryRow): Delivery => ({
  id: row.id,
  webhookId: row.webhookId,
  eventId: row.eventId,
  eventType: row.eventType,
  subject: row.subject === '' ? null : row.subject,
  cause: row.cause,
  state: row.state,
  attempts: row.attempts,
  nextAttemptAt: row.state === 'pending' && row.nextAt !== null && row.nextAt !== NEVER ? iso(row.nextAt) : null,
  createdAt: iso(row.createdAt),
  finishedAt: timeOf(row.finishedAt),
})

export const toDeliveryDetail = ({ body, answer, tries, ...row }: DeliveryDetailRow): DeliveryDetail => ({
  ...toDelivery(row),
  body,
  answer,
  tries: tries.map((one) => ({ ...one, at: iso(one.at) })),
})

export const DeliveryParams = t.Object({ id: idOf('whk'), deliveryId: idOf('dlv') })
export const DeliveryPage = pageOf(Delivery, 'WebhookDeliveryPage')
export const ListDeliveries = t.Object(
  {
    ...pageQuery,
    state: t.Optional(t.Union([t.Literal('pending'), t.Literal('delivered'), t.Literal('failed')])),
    eventType: t.Optional(t.String({ maxLength: 64, examples: ['member.added'] })),
    eventId: t.Optional(t.String({ pattern: '^evt_[0-9a-f]{32}$' })),
  },
  { additionalProperties: false },
)
export type ListDeliveries = Static<typeof ListDeliveries>
