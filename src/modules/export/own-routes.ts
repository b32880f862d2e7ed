/** Export of everything stored about the signed-in user. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { streamOf } from '../../http/streams.ts'
import { exportAccount } from './export-account.ts'
import { AccountExport } from './schema.ts'

const tags = ['Me']

export function ownRoutes(deps: Deps) {
  return new Elysia({ name: 'own-export', prefix: '/v1/me', normalize: false }).use(access(deps)).get(
    '/export',
    async ({ actor, cause, requestId }) => {
      const pieces = await exportAccount(deps, cause(actor), actor)
      const failed = (cause: unknown) => deps.log.error('account export cut short', { requestId, cause })
      return new Response(streamOf(pieces, failed), {
        headers: {
          'content-type': 'application/json',
          'content-disposition': `attachment; filename="account-${actor.user.id}.json"`,
        },
      })
    },
    {
      // A person who borrows a session for a minute must not copy the whole account.
      actor: 'fresh-session',
      response: { 200: AccountExport, ...failures() },
      detail: {
        tags,
        operationId: 'exportMe',
        summary: 'Export all data of my account',
        description:
          'One JSON document. The server sends it while it reads the data, so an answer that breaks off is incomplete. The document contains no hash, token or key.',
      },
    },
  )
}
