/** Is the process alive, and should it get traffic. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { clientPeers } from '../../http/client-peers.ts'
import { failures, stateless } from '../../http/responses.ts'
import { ping } from './queries.ts'
import { Alive, Ready } from './schema.ts'

const tags = ['Health']

export const health = (deps: Deps) => {
  const peers = clientPeers(deps)
  return new Elysia({ name: 'health', normalize: false })
    .use(access(deps))
    .get('/livez', () => ({ status: 'ok' as const }), {
      public: true,
      response: { 200: Alive, ...failures() },
      detail: {
        ...stateless,
        tags,
        operationId: 'livez',
        summary: 'Is the process alive',
        description: 'Asks nothing else: do not restart what cannot help it.',
      },
    })
    .get(
      '/readyz',
      async () => {
        const failed = await failedChecks(deps)
        if (failed.length > 0) throw problem('server.not_ready', { errors: failed, retryAfterSeconds: 1 })
        return {
          status: 'ok' as const,
          checks: { database: 'ok', migrations: 'ok', keys: 'ok' } as const,
          warnings: peers.found(),
        }
      },
      {
        public: true,
        response: { 200: Ready, ...failures('server.not_ready') },
        detail: {
          ...stateless,
          tags,
          operationId: 'readyz',
          summary: 'Should it get traffic',
          // Public, so that load balancers can ask. What the warnings tell a stranger can be seen from outside: whether two
          // addresses share a limit, whether mails come. They name no value and no address; the log does.
          description: 'Warnings do not keep traffic away: they are for the operator, and name what to change.',
        },
      },
    )
}

/** Every check that fails, in words that give nothing away. */
async function failedChecks(deps: Deps): Promise<{ path: string; message: string }[]> {
  if (!deps.accepting()) return [{ path: '/shutdown', message: 'The process is stopping' }]
  const checks = {
    database: databaseAnswers(deps),
    migrations: deps.migrated(),
    keys: deps.keys.signing(),
  }
  const results = await Promise.allSettled(Object.values(checks))
  return Object.keys(checks).flatMap((name, index) => {
    const result = results[index]
    if (result?.status === 'fulfilled' && result.value !== false) return []
    if (result?.status === 'rejected') deps.log.warning('readiness check failed', { check: name, cause: result.reason })
    return [{ path: `/${name}`, message: `The ${name} check failed` }]
  })
}

/** The database answers, and the file it answers from is in its place and sound. */
async function databaseAnswers({ db, storage }: Deps): Promise<unknown> {
  const fault = storage?.fault()
  if (fault !== undefined) throw new Error(fault.code) // what to do about it was logged when it began
  return await ping(db)
}
