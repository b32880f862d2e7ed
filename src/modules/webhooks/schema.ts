import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { rotateSecretBody } from '../../core/rotation/schema.ts'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { ifMatch } from '../../core/conditions/schema.ts'
import { iso } from '../../lib/iso-time.ts'

export const idOf = (prefix: string) =>
  Type.String({ pattern: `^${prefix}_[0-9a-f]{32}$`, examples: [`${prefix}_0190a5e0c5f87d3cb3a4c1f2e5d60718`] })
export const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })
export const Time = (description: string) => Type.Union([Timestamp, Type.Null()], { description, examples: [null] })

const Url = Type.String({ minLength: 8, maxLength: 2048, examples: ['https://shop.example.com/webhooks/threeger'] })
const Name = Type.String({ maxLength: 100, description: 'For people.', examples: ['Orders of the shop'] })
const Events = Type.Array(
  Type.String({
    maxLength: 64,
    pattern: '^(?:\\*|[a-z][a-z_-]*\\.(?:\\*|[a-z][a-z_-]*))$',
    examples: ['member.added'],
  }),
  {
    minItems: 1,
    maxItems: 100,
    uniqueItems: true,
    description:
      'Types of events, such as `member.added`; `member.*` for all of a noun; `*` for all. An organisation gets what its audit log shows.',
    examples: [['member.*', 'org.updated']],
  },
)
const Format = Type.Union([Type.Literal('standard'), Type.Literal('cloudevents'), Type.Literal('slack')], {
  description:
    '`standard`: Standard Webhooks. `cloudevents`: CloudEvents 1.0, structured mode. `slack`: a message for Slack, Mattermost or Discord.',
  examples: ['standard'],
})
const Version = Type.Union([Type.Literal('2'), Type.Literal('1')], {
  description: 'The version of the payload. It stays as it is until you change it.',
  examples: ['2'],
})
const Status = Type.Union([Type.Literal('active'), Type.Literal('disabled')], { examples: ['active'] })

const fields = {
  id: idOf('whk'),
  orgId: Type.Union([Type.String(), Type.Null()], { description: 'null: of the instance.', examples: [null] }),
  url: Url,
  name: Name,
  events: Events,
  format: Format,
  payloadVersion: Type.String({ examples: ['2'] }),
  status: Status,
  disabledReason: Type.Union([Type.Literal('asked'), Type.Literal('failing'), Type.Literal('gone'), Type.Null()], {
    description:
      '`asked`: somebody disabled it. `failing`: nothing arrived for three days. `gone`: the endpoint answered 410.',
    examples: [null],
  }),
  failures: Type.Integer({ description: 'Failed attempts since the last delivery.', examples: [0] }),
  failingSince: Time('The first of them.'),
  resumesAt: Time('Nothing is sent before: the endpoint asked for it, or failed again and again.'),
  deliveredAt: Time('The last delivery, exact to a minute.'),
  previousSecretUntil: Time('Until then, requests are signed with the previous secret too.'),
  createdBy: Type.Union([Type.String(), Type.Null()], { examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
  createdAt: Timestamp,
  updatedAt: Timestamp,
}

export const Webhook = Type.Object(fields, { title: 'Webhook', 'x-headers': ['ETag'] })
export type Webhook = Static<typeof Webhook>

const secret = Type.String({
  description: 'Signs the requests (HMAC-SHA-256). It is shown once.',
  examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
})
export const CreatedWebhook = Type.Object(
  {
    ...fields,
    secret: Type.Optional(secret),
  },
  { title: 'CreatedWebhook', 'x-headers': ['ETag'] },
)
export const RotatedWebhook = Type.Object({ ...fields, secret }, { title: 'RotatedWebhook', 'x-headers': ['ETag'] })

/** Without its secrets. Times are ms UTC. */
export interface WebhookRow {
  id: string
  orgId: string | null
  url: string
  name: string
  events: string[]
  format: 'standard' | 'cloudevents' | 'slack'
  payloadVersion: string
  status: 'active' | 'disabled'
  disabledReason: 'asked' | 'failing' | 'gone' | null
  previousUntil: number | null
  failures: number
  failingSince: number | null
  resumeAt: number
  deliveredAt: number | null
  createdBy: string | null
  version: number
  createdAt: number
  updatedAt: number
}

export const toWebhook = (row: WebhookRow, now: number): Webhook => ({
  id: row.id,
  orgId: row.orgId,
  url: row.url,
  name: row.name,
  events: row.events,
  format: row.format,
  payloadVersion: row.payloadVersion,
  status: row.status,
  disabledReason: row.disabledReason,
  failures: row.failures,
  failingSince: timeOf(row.failingSince),
  resumesAt: row.resumeAt > now ? iso(row.resumeAt) : null,
  deliveredAt: timeOf(row.deliveredAt),
  previousSecretUntil: row.previousUntil !== null && row.previousUntil > now ? iso(row.previousUntil) : null,
  createdBy: row.createdBy,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
})

export const timeOf = (at: number | null): string | null => (at === null ? null : iso(at))

const settings = {
  name: Type.Optional(Name),
  format: Type.Optional(Format),
  payloadVersion: Type.Optional(Version),
}
export const CreateWebhook = Type.Object(
  { url: Url, events: Events, orgId: Type.Optional(idOf('org')), ...settings },
  { additionalProperties: false, title: 'CreateWebhook' },
)
export type CreateWebhook = Static<typeof CreateWebhook>

export const UpdateWebhook = Type.Object(
  { url: Type.Optional(Url), events: Type.Optional(Events), status: Type.Optional(Status), ...settings },
  { additionalProperties: false, minProperties: 1, title: 'UpdateWebhook' },
)
export type UpdateWebhook = Static<typeof UpdateWebhook>

export const RotateWebhookSecret = rotateSecretBody('RotateWebhookSecret')

export const WebhookParams = t.Object({ id: idOf('whk') })
export const WebhookPage = pageOf(Webhook, 'WebhookPage')
export const ListWebhooks = t.Object({ ...pageQuery, orgId: t.Optional(idOf('org')) }, { additionalProperties: false })
export type ListWebhooks = Static<typeof ListWebhooks>
export const IfMatch = ifMatch('webhook')
