import { Type } from '@sinclair/typebox'
import { t } from 'elysia'

const CURSOR = '^\\d{1,15}-[0-9a-f]{16}$'

export const FollowRevocations = t.Object(
  {
    after: t.Optional(
      t.String({
        pattern: CURSOR,
        description: 'The last `id` that was received, for clients that cannot send `Last-Event-ID`.',
        examples: ['4711-9f2c6a1be07d4435'],
      }),
    ),
    follow: t.Optional(
      t.Union([t.Literal('true'), t.Literal('false')], {
        description: '`false`: the answer ends after the first heartbeat, for programs that ask now and then.',
        examples: ['false'],
      }),
    ),
  },
  { additionalProperties: false },
)

export const RevocationStream = Type.String({
  contentMediaType: 'text/event-stream',
  description: `Server-sent events:

- \`stream.open\` \`{ at, heartbeatMs }\`: the first one. \`at\` is the time of this server when the request came.
- \`start\` \`{ known }\`: if \`known\` is false, forget every revocation that you have: all that matter follow.
- \`revocations\` \`{ entries: [{ hash, until, from?, restored? }] }\`, with an \`id\` to continue after. \`hash\` is the first 128 bits of SHA-256 of an id, as base64url. Refuse what names the id, from the time \`from\` if there is one. After \`until\` the entry can be forgotten. \`restored\`: the id works again.
- \`heartbeat\` \`{ at }\`: all that was revoked before \`at\` has been sent. Every 500 ms.
- \`stream.end\` \`{ reason, message }\`: the last one.`,
  examples: [
    'event: stream.open\nretry: 500\ndata: {"at":"2026-07-09T12:00:00.000Z","heartbeatMs":500}\n\nevent: start\ndata: {"known":true}\n\nevent: revocations\nid: 4712-3b8e01d2c5f6a794\ndata: {"entries":[{"hash":"Jf3mTqzPzsT6n1dG7J0Gxw","until":"2026-07-09T13:00:00.000Z"}]}\n\nevent: heartbeat\ndata: {"at":"2026-07-09T12:00:00.120Z"}\n\n',
  ],
})
