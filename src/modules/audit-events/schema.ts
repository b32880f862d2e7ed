import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { t } from 'elysia'
import type { EventRow } from '../../core/events/queries.ts'
import { isOfOrgs } from '../../core/events/org-nouns.ts'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { eventTypes } from '../../declared.ts'
import { iso } from '../../lib/iso-time.ts'

const nullable = (description: string, example: string) =>
  Type.Union([Type.String(), Type.Null()], { description, examples: [example] })

const ActingFor = Type.Object({
  kind: Type.String({ examples: ['client'] }),
  id: Type.String({ examples: ['cli_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
})

export const AuditEvent = Type.Object(
  {
    id: Type.String({ examples: ['evt_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
    type: Type.String({ examples: ['session.created'] }),
    result: Type.Union([Type.Literal('success'), Type.Literal('failure')]),
    at: Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] }),
    actorId: nullable(
      'The account that caused the event. Null for a request without a session, and for the system.',
      'usr_0190a5e0c5f87d3cb3a4c1f2e5d60718',
    ),
    userId: nullable('The account that the event is about.', 'usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
    sessionId: nullable('The session that the event is about.', 'ses_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
    address: nullable('The IP address of the request.', '203.0.113.7'),
    userAgent: nullable('The User-Agent header of the request.', 'Mozilla/5.0'),
    requestId: nullable('The id of the request that caused the event.', 'req_192121646ad746969'),
    orgId: nullable(
      'The organisation that the event is about, or in which the actor acted.',
      'org_0190a5e0c5f87d3cb3a4c1f2e5d60718',
    ),
    actingFor: Type.Union([Type.Array(ActingFor), Type.Null()], {
      description:
        'Set if the actor acted for another principal: first the current actor, then the actors before it, last the principal for which all of them acted (RFC 8693 §4.1).',
      examples: [null],
    }),
    data: Type.Record(Type.String(), Type.Unknown(), {
      description: 'More facts about the event. The fields depend on its type.',
    }),
  },
  { title: 'AuditEvent' },
)
export type AuditEvent = Static<typeof AuditEvent>

export const AuditEventPage = pageOf(AuditEvent, 'AuditEventPage')

const moment = (description: string) =>
  t.Optional(t.String({ format: 'date-time', maxLength: 40, description, examples: ['2026-07-09T12:00:00.000Z'] }))

const id = (prefix: string, description: string) =>
  t.Optional(t.String({ pattern: `^${prefix}_[0-9a-f]{32}$`, description }))

const eventFilter = {
  type: t.Optional(t.Union(eventTypes.map((type) => t.Literal(type)))),
  userId: id('usr', 'Only events about this account.'),
  actorId: id('[a-z]{3}', 'Only events that this account caused.'),
  orgId: id('org', 'Only events of this organisation.'),
  since: moment('Only events of this time, or later.'),
  until: moment('Only events of before this time.'),
}

export const ListAuditEvents = t.Object({ ...pageQuery, ...eventFilter }, { additionalProperties: false })

const exportFormats = ['ndjson', 'csv'] as const
export type ExportFormat = (typeof exportFormats)[number]

export const mediaTypes: Record<ExportFormat, string> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
}

export const ExportAuditEvents = t.Object(
  {
    ...eventFilter,
    format: t.Union(
      exportFormats.map((format) => t.Literal(format)),
      { default: 'ndjson', description: 'One JSON object a line (an AuditEvent), or CSV (RFC 4180) with a heading.' },
    ),
  },
  { additionalProperties: false },
)
export type ExportAuditEvents = Static<typeof ExportAuditEvents>

export const ExportedEvents = Type.String({
  contentMediaType: 'application/x-ndjson',
  description:
    'One AuditEvent a line, newest first. With format=csv the answer is text/csv: data and actingFor are JSON in a cell, and an apostrophe stands before a cell that a spreadsheet would run as a formula.',
  examples: [
    '{"id":"evt_0190a5e0c5f87d3cb3a4c1f2e5d60718","type":"session.created","result":"success","at":"2026-07-09T12:00:00.000Z","actorId":"usr_0190a5e0c5f87d3cb3a4c1f2e5d60718","userId":"usr_0190a5e0c5f87d3cb3a4c1f2e5d60718","sessionId":null,"address":"203.0.113.7","userAgent":"Mozilla/5.0","requestId":"req_192121646ad746969","orgId":null,"actingFor":null,"data":{}}\n',
  ],
})

/** The events that an organisation can read. Other events of its members are about the persons. */
export const orgEventTypes = eventTypes.filter(isOfOrgs)

export const ListOrgEvents = t.Object(
  { ...pageQuery, type: t.Optional(t.Union(orgEventTypes.map((type) => t.Literal(type)))) },
  { additionalProperties: false },
)

export const toAuditEvent = ({
  at,
  seal: _seal,
  salt: _salt,
  personalDigest: _digest,
  actingFor,
  ...event
}: EventRow): Static<typeof AuditEvent> => ({
  ...event,
  actingFor: chainOf(actingFor),
  at: iso(at),
})

/** Null for text that this server did not write. */
function chainOf(text: string | null): Static<typeof ActingFor>[] | null {
  try {
    const chain: unknown = text === null ? null : JSON.parse(text)
    return Value.Check(Chain, chain) ? chain : null
  } catch {
    return null
  }
}
const Chain = Type.Array(ActingFor)

const findingCount = Type.Integer({ minimum: 0 })

/** Whether the audit log is as it was sealed. */
export const AuditVerification = Type.Object(
  {
    sealed: Type.Union(
      [
        Type.Object({
          position: Type.Integer({ minimum: 1, examples: [812] }),
          at: Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] }),
          head: Type.String({
            description:
              'Position and hash of the last link. Store it elsewhere, and give it to `audit verify --expect`.',
            examples: ['812:hxS0Vd6nQ0m2m4K0Yb8kq1rj2F8n5aVY5xkq3oE2h9c'],
          }),
        }),
        Type.Null(),
      ],
      { description: 'The last link of the chain. Null if nothing is sealed yet, or if the link cannot be read.' },
    ),
    waiting: Type.Integer({
      minimum: 0,
      description: 'Events without a seal. They get one every five minutes.',
      examples: [3],
    }),
    overdue: Type.Integer({
      minimum: 0,
      description: 'Those of them that have waited for more than an hour: scheduled work may not run.',
      examples: [0],
    }),
    running: Type.Union(
      [
        Type.Object({
          since: Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] }),
          jobId: Type.String({ examples: ['job_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        }),
        Type.Null(),
      ],
      {
        description: 'A verification that was asked for and has not ended.',
        examples: [null],
      },
    ),
    last: Type.Union(
      [
        Type.Object({
          at: Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] }),
          result: Type.Union(
            [Type.Literal('intact'), Type.Literal('changed'), Type.Literal('key-unknown'), Type.Literal('unfinished')],
            {
              description:
                'intact: every sealed event is as it was. changed: the log was changed after it was sealed. key-unknown: links were sealed under another APP_SECRET. unfinished: the log is too long for a job; use `audit verify`.',
              examples: ['intact'],
            },
          ),
          events: findingCount,
          links: findingCount,
          pruned: findingCount,
          findings: findingCount,
          first: Type.Array(
            Type.Object({
              kind: Type.String({ examples: ['event.changed'] }),
              position: Type.Integer(),
              eventId: Type.Optional(Type.String({ examples: ['evt_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })),
            }),
            { description: 'The first findings, at most 20: docs/audit.md explains each kind.' },
          ),
          head: Type.Union([Type.String(), Type.Null()], { examples: [null] }),
        }),
        Type.Null(),
      ],
      { description: 'The last verification that ended. Null if there was none.' },
    ),
  },
  { title: 'AuditVerification' },
)
export type AuditVerification = Static<typeof AuditVerification>
