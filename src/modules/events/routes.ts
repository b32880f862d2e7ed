/** What happens, as server-sent events (HTML Living Standard §9.2). */
import { Elysia } from 'elysia'
import type { Actor, Deps, Principal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { isApiKey, isClient, isSession } from '../../http/fresh-session.ts'
import { requireSocketOrigin } from '../../http/origins.ts'
import { failures } from '../../http/responses.ts'
import { streamCredentials } from '../../http/stream-credentials.ts'
import { EVENT_STREAM } from '../../lib/sse.ts'
import { openEventStream } from './event-stream.ts'
import { EventStream, FollowEvents, MAX_ROOMS } from './schema.ts'

export function routes(deps: Deps) {
  const credentials = streamCredentials(deps)
  return new Elysia({ name: 'events', normalize: false }).use(access(deps)).get(
    '/v1/events',
    async ({ query: { rooms, after, wait }, actor, request, cause }) => {
      requireSocketOrigin(request, deps.config, { byCookie: false })
      const credential = await credentials.of(principalOf(actor), request, cause)
      const body = await openEventStream(deps, credential, {
        rooms: rooms === undefined ? ownRoom(actor) : roomsIn(rooms),
        after,
        lastEventId: request.headers.get('last-event-id') || undefined,
        waitMs: wait === undefined ? null : wait * 1000,
      })
      if (request.method !== 'HEAD') return new Response(body, { headers: EVENT_STREAM })
      await body.cancel() // nobody reads it
      return new Response(null, { headers: EVENT_STREAM })
    },
    {
      requires: 'principal',
      query: FollowEvents,
      response: {
        200: EventStream,
        ...failures(
          'request.invalid',
          'request.origin_refused',
          'room.not_found',
          'room.too_many',
          'org.not_found',
          'stream.cursor_expired',
          'stream.too_many',
          'server.busy',
        ),
      },
      detail: {
        tags: ['Events'],
        operationId: 'followEvents',
        summary: 'Follow what happens',
        description:
          'Server-sent events of one or more rooms, each once and in the order in which they were committed. A person has the room of the own account. Every other room needs `audit:read`; a member of an organisation gets there what members may know. After a break the client sends the last id as `Last-Event-ID`, and nothing is missed. The stream ends within a second after its session, key or token ended, or its access to a room.',
      },
    },
  )
}

/** Each one once. */
function roomsIn(text: string): readonly string[] {
  const rooms = [...new Set(text.split(','))]
  if (rooms.length <= MAX_ROOMS) return rooms
  throw problem('request.invalid', {
    errors: [{ path: '/rooms', message: `At most ${MAX_ROOMS} rooms are accepted, and these are ${rooms.length}` }],
  })
}

/** A person follows their own account. A program says what it follows. */
function ownRoom(actor: Actor): readonly string[] {
  if (isSession(actor)) return [`user:${actor.user.id}`]
  throw problem('request.invalid', { errors: [{ path: '/rooms', message: 'An API key or a client names its rooms' }] })
}

/** The operator of the machine has no credential that could end: `bun run cli audit` reads what happened. */
function principalOf(actor: Actor): Principal {
  if (isSession(actor) || isApiKey(actor) || isClient(actor)) return actor
  throw problem('auth.forbidden')
}
