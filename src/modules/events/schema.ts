import { Type } from '@sinclair/typebox'
import { t } from 'elysia'

const ROOM = '[a-z]{1,10}:[a-z0-9_]{1,40}'
/** As many as a URL has room for. */
export const MAX_ROOMS = 50
/** Longer than any proxy keeps a quiet answer. */
const MAX_WAIT_SECONDS = 86_400

export const FollowEvents = t.Object(
  {
    rooms: t.Optional(
      t.String({
        pattern: `^${ROOM}(?:,${ROOM})*$`,
        description: `At most ${MAX_ROOMS}, separated by commas: \`user:\` and the id of an account, \`org:\` and the id of an organisation, \`topic:\` and the noun of event types. By default the account of the caller.`,
        examples: ['org:org_0190a5e0c5f87d3cb3a4c1f2e5d60718,topic:session'],
      }),
    ),
    after: t.Optional(
      t.String({
        pattern: '^evt_[0-9a-f]{32}$',
        description:
          'The last event that the client has. `Last-Event-ID` takes precedence, because browsers send it when they connect again.',
        examples: ['evt_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
      }),
    ),
    wait: t.Optional(
      t.Integer({
        minimum: 0,
        maximum: MAX_WAIT_SECONDS,
        description:
          'End the answer after so many seconds. 0: send what has happened, and end. By default it does not end.',
        examples: [25],
      }),
    ),
  },
  { additionalProperties: false },
)

const nullable = (description: string, example: string) =>
  Type.Union([Type.String(), Type.Null()], { description, examples: [example] })

/** The `data:` of each event, and the event in a message of a WebSocket. */
export const StreamedEvent = Type.Object(
  {
    id: Type.String({ examples: ['evt_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
    type: Type.String({ examples: ['member.added'] }),
    result: Type.Union([Type.Literal('success'), Type.Literal('failure')]),
    at: Type.String({ format: 'date-time', examples: ['2026-07-09T12:05:00.000Z'] }),
    subject: nullable(
      'What the event is about: the account, else the organisation. Null: the server.',
      'usr_0190a5e0c5f87d3cb3a4c1f2e5d60718',
    ),
    actorId: nullable('Who did it. Null: somebody unknown, or the server.', 'usr_0190a5e0c5f87d3cb3a4c1f2e5d60719'),
    orgId: nullable('The organisation in which it happened.', 'org_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
    data: Type.Record(Type.String(), Type.Unknown()),
  },
  { title: 'StreamedEvent' },
)

export const EventStream = Type.String({
  contentMediaType: 'text/event-stream',
  description: `Server-sent events:

- \`stream.open\` \`{ connectionId, rooms, at, heartbeatSeconds }\`: the first one.
- An event: \`event:\` is its type, \`id:\` its id, \`data:\` is \`{ id, type, result, at, subject, actorId, orgId, data }\`.
- \`stream.reset\` \`{ reason, message }\`: the event of \`Last-Event-ID\` is not known any more. Read your data again. The stream goes on with what happens now.
- \`stream.end\` \`{ reason, message, code?, retryMs }\`: the last one. \`retryMs\` is null if the same credential would be refused.
- An \`id:\` alone moves the position on. A line that begins with a colon is a heartbeat, every 15 seconds.`,
  examples: [
    'retry: 1730\nevent: stream.open\ndata: {"connectionId":"con_0190a5e0c5f87d3cb3a4c1f2e5d60718","rooms":["user:usr_0190a5e0c5f87d3cb3a4c1f2e5d60718"],"at":"2026-07-09T12:05:00.000Z","heartbeatSeconds":15}\n\nevent: session.created\nid: evt_0190a5e0c5f87d3cb3a4c1f2e5d60718\ndata: {"id":"evt_0190a5e0c5f87d3cb3a4c1f2e5d60718","type":"session.created","result":"success","at":"2026-07-09T12:05:00.000Z","subject":"usr_0190a5e0c5f87d3cb3a4c1f2e5d60718","actorId":"usr_0190a5e0c5f87d3cb3a4c1f2e5d60718","orgId":null,"data":{}}\n\n',
  ],
})
