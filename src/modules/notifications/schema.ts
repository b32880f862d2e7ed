import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { ROLE_NAME } from '../../core/permissions.ts'
import { iso } from '../../lib/iso-time.ts'
import { HAS_VISIBLE_TEXT } from '../../lib/storable-text.ts'

/** Of one request. */
export const MAX_TARGETS = 100
/** Different organisations of one request. The rules of each are read. */
export const MAX_TARGET_ORGS = 20
/** UTF-8 bytes of `data` as JSON without white space. */
export const MAX_DATA_BYTES = 4096

export const NotificationId = Type.String({
  pattern: '^ntf_[0-9a-f]{32}$',
  examples: ['ntf_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
})
const UserId = Type.String({ pattern: '^usr_[0-9a-f]{32}$', examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
const OrgId = Type.String({ pattern: '^org_[0-9a-f]{32}$', examples: ['org_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
const Role = Type.String({ pattern: ROLE_NAME, examples: ['admin'] })
const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })
const Read = Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
  description: 'null: it is unread.',
  examples: [null],
})

/** The name of a kind, which the sender chooses. */
export const KIND = '^[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*$'
/** The kind of a notification whose sender names none. */
export const GENERAL = 'general'
/** In `notification_preferences`: every kind without a choice of its own. */
export const ANY_KIND = '*'
const Kind = Type.String({
  pattern: KIND,
  maxLength: 64,
  description: 'What it is about. A person chooses for each kind whether and how it arrives.',
  examples: ['billing'],
})
const Title = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: HAS_VISIBLE_TEXT,
  description: 'Plain text, also in the mail.',
  examples: ['Your invoice is ready'],
})
const Body = Type.String({
  minLength: 1,
  maxLength: 4000,
  pattern: HAS_VISIBLE_TEXT,
  description: 'Plain text, which no mail has.',
  examples: ['You can download it now.'],
})
const Data = Type.Record(Type.String(), Type.Unknown(), {
  description: `JSON for the app that shows the notification, such as the path of a page. At most ${MAX_DATA_BYTES} bytes.`,
  examples: [{ path: '/invoices/42' }],
})
const orNull = <T extends typeof Body | typeof Data | typeof OrgId>(schema: T) => Type.Union([schema, Type.Null()])

const strict = { additionalProperties: false }
export const Target = Type.Union(
  [
    Type.Object({ userId: UserId }, { ...strict, description: 'A person.' }),
    Type.Object({ orgId: OrgId }, { ...strict, description: 'All members of an organisation.' }),
    Type.Object({ role: Role }, { ...strict, description: 'Everybody with a role of the instance.' }),
    Type.Object(
      { orgId: OrgId, role: Role },
      { ...strict, description: 'The members with a role of the organisation.' },
    ),
    Type.Object({ orgId: OrgId, userId: UserId }, { ...strict, description: 'One member of an organisation.' }),
  ],
  { examples: [{ orgId: 'org_0190a5e0c5f87d3cb3a4c1f2e5d60718' }] },
)

export const SendNotification = Type.Object(
  {
    to: Type.Array(Target, {
      minItems: 1,
      maxItems: MAX_TARGETS,
      examples: [[{ orgId: 'org_0190a5e0c5f87d3cb3a4c1f2e5d60718' }]],
      description: `Whom it is for. A person who is named more than once gets it once. At most ${MAX_TARGET_ORGS} organisations.`,
    }),
    kind: Type.Optional(Kind),
    title: Title,
    body: Type.Optional(Body),
    data: Type.Optional(Data),
  },
  strict,
)
export type SendNotification = Static<typeof SendNotification>

export const SentNotification = Type.Object(
  {
    id: NotificationId,
    kind: Kind,
    to: Type.Array(Target),
    title: Title,
    body: orNull(Body),
    data: orNull(Data),
    orgId: orNull(OrgId),
    state: Type.Union(
      [Type.Literal('sending'), Type.Literal('sent'), Type.Literal('stopped'), Type.Literal('retracted')],
      {
        description:
          'sending: jobs write it into the lists of its recipients. sent: all have it. stopped: the sender lost the permission before all had it. retracted: nobody sees it any more.',
        examples: ['sent'],
      },
    ),
    recipients: Type.Integer({ minimum: 0, description: 'How many people got it so far.', examples: [3] }),
    createdAt: Timestamp,
    finishedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'null while it is being sent.',
      examples: ['2026-07-09T12:00:00.000Z'],
    }),
  },
  { title: 'SentNotification' },
)
export type SentNotification = Static<typeof SentNotification>
export const SentNotificationPage = pageOf(SentNotification, 'SentNotificationPage')

export const ListSentNotifications = t.Object(
  { ...pageQuery, orgId: t.Optional(OrgId) },
  { additionalProperties: false },
)
export type ListSentNotifications = Static<typeof ListSentNotifications>

export const NotificationParams = t.Object({ id: NotificationId })

/** As its recipient sees it. */
export const Notification = Type.Object(
  {
    id: NotificationId,
    kind: Kind,
    title: Title,
    body: orNull(Body),
    data: orNull(Data),
    orgId: Type.Union([OrgId, Type.Null()], {
      description: 'The organisation that sent it; null: the service itself.',
    }),
    createdAt: Timestamp,
    readAt: Read,
  },
  { title: 'Notification' },
)
export type Notification = Static<typeof Notification>

/** A count that is this high may be higher. */
export const MOST_COUNTED = 1000
const unreadCount = {
  unreadCount: Type.Integer({
    minimum: 0,
    maximum: MOST_COUNTED,
    description: `How many are unread. ${MOST_COUNTED} means that many or more.`,
    examples: [2],
  }),
}
export const UnreadCount = Type.Object(unreadCount, { title: 'UnreadCount' })
export type UnreadCount = Static<typeof UnreadCount>

export const NotificationPage = Type.Object(
  { ...pageOf(Notification, 'NotificationPage').properties, ...unreadCount },
  { title: 'NotificationPage' },
)

export const ListNotifications = t.Object(
  { ...pageQuery, unread: t.Optional(t.Boolean({ description: 'Only those that are unread.' })) },
  { additionalProperties: false },
)
export type ListNotifications = Static<typeof ListNotifications>

export const ReadAll = Type.Object(
  {
    upTo: Type.Optional(
      Type.String({
        pattern: NotificationId.pattern ?? '',
        description: 'The newest one that the person has seen. One that arrives later stays unread.',
        examples: ['ntf_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
      }),
    ),
  },
  strict,
)
export type ReadAll = Static<typeof ReadAll>

export const Delivery = Type.Union([Type.Literal('mail_digest'), Type.Literal('in_app'), Type.Literal('off')], {
  description:
    'mail_digest: in the list, and in a mail if it stays unread while the person is away. in_app: in the list alone. off: not at all.',
  examples: ['in_app'],
})
export type Delivery = Static<typeof Delivery>
/** For a person who chose nothing. */
export const DEFAULT_DELIVERY: Delivery = 'mail_digest'
/** Choices of one account. */
export const MAX_PREFERENCES = 200

export const Preferences = Type.Object(
  {
    default: Delivery,
    kinds: Type.Record(Type.String({ pattern: KIND }), Delivery, {
      description: 'The kinds with a choice of their own.',
      examples: [{ billing: 'in_app' }],
    }),
    received: Type.Array(Type.String(), {
      description: 'The kinds of the 200 newest notifications, to choose from.',
      examples: [['billing', 'general']],
    }),
  },
  { title: 'NotificationPreferences' },
)
export type Preferences = Static<typeof Preferences>

export const UpdatePreferences = Type.Object(
  {
    default: Type.Optional(Delivery),
    kinds: Type.Optional(
      Type.Record(
        Type.String({ pattern: KIND, maxLength: 64 }),
        Type.Union([Delivery, Type.Null()], { 'x-expected': 'one of mail_digest, in_app, off, or null' }),
        {
          additionalProperties: false,
          maxProperties: 100,
          description: 'null removes the choice, so the default counts. Kinds that are not named stay as they are.',
          examples: [{ billing: 'in_app', news: null }],
        },
      ),
    ),
  },
  { ...strict, minProperties: 1 },
)
export type UpdatePreferences = Static<typeof UpdatePreferences>

type Times = 'createdAt' | 'readAt' | 'finishedAt' | 'to'
type SentFields = Omit<SentNotification, Times> & {
  targets: { userId?: string; orgId?: string; role?: string }[]
  createdAt: number
  finishedAt: number | null
}
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at))

export const toSent = ({ targets, createdAt, finishedAt, ...row }: SentFields): SentNotification => ({
  ...row,
  to: targets as SentNotification['to'], // the targets of a request that this schema checked
  createdAt: iso(createdAt),
  finishedAt: isoOrNull(finishedAt),
})

type ReceivedFields = Omit<Notification, Times> & { createdAt: number; readAt: number | null }
export const toNotification = ({ createdAt, readAt, ...row }: ReceivedFields): Notification => ({
  ...row,
  createdAt: iso(createdAt),
  readAt: isoOrNull(readAt),
})
