/** Liveness: is the process alive. Readiness: should it get traffic. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { clientPeers } from '../../http/client-peers.ts'
import { failures, stateless } from '../../http/responses.ts'
import { type WarningCode, warnings } from '../../lib/warnings.ts'
import { type ClockVerdict, clockWarnings, judgeClock } from '../jobs/clock-trust.ts'
import { Alive, Ready } from './schema.ts'

const tags = ['Health']

export const routes = (deps: Deps) => {
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
        summary: 'Check that the process is alive',
        description: 'Checks the process only, not the database: a restart would not repair the database.',
      },
    })
    .get(
      '/readyz',
      async () => {
        const { failed, warnings: noticed } = await check(deps)
        if (failed.length > 0) throw problem('server.not_ready', { errors: failed, retryAfterSeconds: 1 })
        return {
          status: 'ok' as const,
          checks: { database: 'ok', migrations: 'ok', keys: 'ok' } as const,
          warnings: [...peers.found(), ...noticed.map((code) => ({ code, message: warnings[code] }))],
        }
      },
      {
        public: true,
        response: { 200: Ready, ...failures('server.not_ready') },
        detail: {
          ...stateless,
          tags,
          operationId: 'readyz',
          summary: 'Check that the server is ready for traffic',
          // Public, so that load balancers can call it. A stranger can observe the facts in the warnings from outside:
          // whether two addresses share a limit, and whether mails arrive. Warnings contain no value and no address;
          // the log does.
          description:
            'Warnings do not change the status: the server is still ready. They tell the operator which setting to change.',
        },
      },
    )
}

/** Every check that fails, with texts that reveal nothing, and the warnings, which do not stop traffic. */
async function check(deps: Deps): Promise<{ failed: { path: string; message: string }[]; warnings: WarningCode[] }> {
  if (!deps.accepting()) return { failed: [{ path: '/shutdown', message: 'The process is stopping' }], warnings: [] }
  const checks = {
    database: databaseAnswers(deps),
    migrations: deps.migrated(),
    keys: deps.keys.signing(),
  }
  const [results, limits, clock] = await Promise.all([
    Promise.allSettled(Object.values(checks)),
    deps.noticed?.() ?? [],
    checks.database.catch(() => undefined),
  ])
  const failed = Object.keys(checks).flatMap((name, index) => {
    const result = results[index]
    if (result?.status === 'fulfilled' && result.value !== false) return []
    if (result?.status === 'rejected') deps.log.warning('readiness check failed', { check: name, cause: result.reason })
    return [{ path: `/${name}`, message: `The ${name} check failed` }]
  })
  return { failed, warnings: [...(clock ? clockWarnings(clock) : []), ...limits] }
}

/**
 * The database answers, and its file is in place and intact. `judgeClock` costs no more than the smallest query, and
 * also judges the clock.
 */
async function databaseAnswers(deps: Deps): Promise<ClockVerdict> {
  const fault = deps.storage?.fault()
  if (fault !== undefined) throw new Error(fault.code) // the log says what to do, since the fault began
  return await judgeClock(deps)
}
