import { Elysia } from 'elysia'
import { readCursor } from '../../core/revocations/model.ts'
import type { Deps, Principal } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { requireSocketOrigin } from '../../http/origins.ts'
import { failures } from '../../http/responses.ts'
import { streamCredentials } from '../../http/stream-credentials.ts'
import { encoded, streamOf } from '../../http/streams.ts'
import { EVENT_STREAM } from '../../lib/sse.ts'
import { followRevocations } from './follow.ts'
import { FollowRevocations, RevocationStream } from './schema.ts'
import { stillAllowed } from './still-allowed.ts'

export function adminRoutes(deps: Deps) {
  const credentials = streamCredentials(deps)
  const lost = stillAllowed(deps)
  return new Elysia({ name: 'revocations', normalize: false }).use(access(deps)).get(
    '/v1/revocations',
    async ({ query, request, requestId, cause, actor }) => {
      requireSocketOrigin(request, deps.config, { byCookie: false })
      // Nobody reads the body of this answer, so nothing would ever end it.
      if (request.method === 'HEAD') return new Response(null, { headers: EVENT_STREAM })
      const after = readCursor(query.after ?? request.headers.get('last-event-id') ?? '')
      // The guard lets only principals through.
      const credential = await credentials.of(actor as Principal, request, cause)
      const name = request.headers.get('authorization') ?? request.headers.get('cookie') ?? ''
      const frames = await followRevocations(deps, {
        after,
        once: query.follow === 'false',
        lost: (read) => lost(name, credential, read),
      })
      const failed = (cause: unknown) => deps.log.error('the revocation feed was cut short', { requestId, cause })
      return new Response(streamOf(encoded(frames), failed), { headers: EVENT_STREAM })
    },
    {
      requires: 'revocations:read',
      query: FollowRevocations,
      response: { 200: RevocationStream, ...failures('request.origin_refused', 'server.busy') },
      detail: {
        tags: ['Revocations'],
        operationId: 'followRevocations',
        summary: 'Follow what is revoked',
        description:
          'For APIs that verify tokens offline. The answer names by hashes what ends before its tokens expire: sessions, grants, families, tokens, API keys, signing keys, accounts, service accounts, clients, organisations and memberships. `threeger-verify` follows it. The stream continues after `Last-Event-ID`.',
      },
    },
  )
}
