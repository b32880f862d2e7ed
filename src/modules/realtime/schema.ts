/** The messages of `GET /v1/realtime`, of both directions. `asyncapi.ts` makes the AsyncAPI document from them. */
import { type Static, type TSchema, Type } from '@sinclair/typebox'

/** An access token has some 600 bytes, and one with many claims a few thousand. */
const MAX_TOKEN = 8192

/** That one message may name: all that the hub allows a connection, because a client that comes back names all of its rooms at once. */
const MAX_ROOMS = 100

const EVENT_ID = '^evt_[0-9a-f]{32}$'
const ROOM_NAME = '^[a-z]+:[A-Za-z0-9_-]{1,64}$'

const id = Type.Optional(
  Type.String({
    pattern: '^[\\w-]{1,64}$',
    description: 'Chosen by the client. The answer to this message has it too.',
    examples: ['1'],
  }),
)
export const room = Type.String({
  pattern: ROOM_NAME,
  description:
    '`user:` and the id of a person, `org:` and the id of an organisation, or `topic:` and the noun of event types.',
  examples: ['org:org_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
})
const time = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2026-07-09T12:05:00.000Z'] })
const nullable = <Schema extends TSchema>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { description, examples: schema.examples })

const message = <Name extends string, Fields extends Record<string, TSchema>>(
  type: Name,
  title: string,
  description: string,
  fields: Fields,
) => Type.Object({ type: Type.Literal(type), ...fields }, { title, description, additionalProperties: false })

export const sent = {
  authenticate: message(
    'authenticate',
    'Authenticate',
    'Says who is connected, or renews the credential before it expires. The new credential must be of the same principal.',
    {
      id,
      token: Type.String({
        minLength: 1,
        maxLength: MAX_TOKEN,
        pattern: '^[\\w.~+/-]+=*$',
        description: 'An access token or an API key, without the word Bearer.',
        examples: ['eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln'],
      }),
      proof: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: MAX_TOKEN,
          pattern: '^[\\w-]+\\.[\\w-]+\\.[\\w-]+$',
          description:
            'The DPoP proof of a token that is bound to a key (RFC 9449), for the method GET and the URL of this connection with https or http.',
          examples: ['eyJ0eXAiOiJkcG9wK2p3dCJ9.e30.c2ln'],
        }),
      ),
    },
  ),
  subscribe: message(
    'subscribe',
    'Subscribe',
    'Joins a room, or several at once. Give `room` or `rooms`. After a reconnect, name all rooms in one message: an event that is of two of them then comes once.',
    {
      id,
      room: Type.Optional(room),
      rooms: Type.Optional(Type.Array(room, { minItems: 1, maxItems: MAX_ROOMS })),
      after: Type.Optional(
        Type.String({
          pattern: EVENT_ID,
          description:
            'The id of the last event that the client has. What happened since comes first, and nothing twice.',
          examples: ['evt_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
        }),
      ),
      presence: Type.Optional(
        Type.Boolean({
          description:
            'True: this client is told who is in the room, and who comes and goes. Rooms of organisations alone tell it.',
          default: false,
        }),
      ),
    },
  ),
  unsubscribe: message('unsubscribe', 'Unsubscribe', 'Leaves a room.', { id, room }),
  presence: message('presence', 'AskPresence', 'Asks who is in a room of this connection.', { id, room }),
  ping: message('ping', 'Ping', 'Asks for a pong. A connection without traffic is not closed, so it is not needed.', {
    id,
  }),
} as const

export type SentMessage = { [Name in keyof typeof sent]: Static<(typeof sent)[Name]> }[keyof typeof sent]

const Present = Type.Object(
  {
    id: Type.String({ examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
    kind: Type.String({ description: '`user`, `api_key` or `client`.', examples: ['user'] }),
    since: time('When the first of its connections came into the room.'),
  },
  { title: 'Present', description: 'Who is in a room, whatever the number of its connections.' },
)

const EXPIRES =
  'When the access token expires. A minute before, the server sends `expiring`. Null: a cookie or an API key, or nobody has authenticated yet.'

/** What a room tells. */
export const RealtimeEvent = Type.Object(
  {
    id: Type.String({ examples: ['evt_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
    type: Type.String({ examples: ['member.added'] }),
    result: Type.Union([Type.Literal('success'), Type.Literal('failure')]),
    at: time('When it happened.'),
    subject: nullable(
      Type.String({ examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
      'What the event is about: the id of an account, else of an organisation. Null: the instance.',
    ),
    actorId: nullable(
      Type.String({ examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
      'Who caused it. Null: a request without a session, or the server itself.',
    ),
    orgId: nullable(
      Type.String({ examples: ['org_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
      'The organisation that it is about, or in which the actor acted.',
    ),
    data: Type.Record(Type.String(), Type.Unknown(), {
      description: 'More facts about the event. The fields depend on its type.',
    }),
  },
  { title: 'RealtimeEvent' },
)

export const received = {
  welcome: message('welcome', 'Welcome', 'The first message of each connection.', {
    connectionId: nullable(
      Type.String({ examples: ['con_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
      'For support. Null: nobody has authenticated yet.',
    ),
    actorId: nullable(
      Type.String({ examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
      'Who is connected. Null: send `authenticate` within ten seconds.',
    ),
    expiresAt: nullable(time(''), EXPIRES),
    reconnect: Type.Object(
      { minMs: Type.Integer({ examples: [1000] }), maxMs: Type.Integer({ examples: [30_000] }) },
      {
        description:
          'After a connection that broke without a word, wait a random time between `minMs` and `maxMs` before the next one.',
      },
    ),
  }),
  authenticated: message('authenticated', 'Authenticated', 'The answer to `authenticate`.', {
    id,
    actorId: Type.String({ examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
    expiresAt: nullable(time(''), EXPIRES),
  }),
  subscribed: message(
    'subscribed',
    'Subscribed',
    'The answer to `subscribe`. What happened since `after` came before it, and what happens now follows.',
    {
      id,
      rooms: Type.Array(room),
      head: Type.String({
        description:
          'The id of the last event that the client cannot have missed. Continue after it if no event came since.',
        examples: ['evt_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
      }),
    },
  ),
  unsubscribed: message('unsubscribed', 'Unsubscribed', 'The answer to `unsubscribe`.', { id, room }),
  removed: message('removed', 'Removed', 'The principal may not be in the room any more. The connection stays open.', {
    room,
    code: Type.String({ description: 'The code of the error.', examples: ['auth.forbidden'] }),
  }),
  event: message('event', 'Event', 'Something happened in a room.', { room, event: RealtimeEvent }),
  presence: message(
    'presence',
    'Presence',
    'Who is in a room: the answer to `presence`, and after a `subscribe` that asks for it.',
    { id, room, present: Type.Array(Present) },
  ),
  presenceChanged: message('presenceChanged', 'PresenceChanged', 'Somebody came into a room or left it.', {
    room,
    change: Type.Union([Type.Literal('came'), Type.Literal('left')]),
    present: Present,
  }),
  pong: message('pong', 'Pong', 'The answer to `ping`.', { id }),
  expiring: message('expiring', 'Expiring', 'The credential expires soon. Send `authenticate` with a new one.', {
    expiresAt: time('When the connection is closed.'),
  }),
  closing: message('closing', 'Closing', 'The last message. The server closes the connection with the same reason.', {
    reason: Type.String({ description: 'Stable. Use this to decide what to do.', examples: ['stopping'] }),
    message: Type.String({
      examples: ['The server stops or is updated. Connect again: the stream continues after the last event.'],
    }),
    code: Type.Optional(
      Type.String({ description: 'The code of the error that ended it.', examples: ['session.expired'] }),
    ),
    retryAfterMs: nullable(
      Type.Integer({ minimum: 0, examples: [3120] }),
      'Wait this long before you connect again. Each client is told another time. Null: not with this credential.',
    ),
  }),
  error: message('error', 'ErrorMessage', 'A message was refused. The connection stays open.', {
    id,
    status: Type.Integer({ minimum: 400, maximum: 599, examples: [404] }),
    code: Type.String({ description: 'Stable. Use this to decide what to do.', examples: ['org.not_found'] }),
    title: Type.String({ examples: ['The organisation does not exist.'] }),
    detail: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  }),
} as const

export type ReceivedMessage = {
  [Name in keyof typeof received]: Static<(typeof received)[Name]>
}[keyof typeof received]
