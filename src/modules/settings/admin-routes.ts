/** How this server is set up, for administrators. Nothing here changes it. */
import { Elysia } from 'elysia'
import manifest from '../../../package.json' with { type: 'json' }
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { listSettings } from './list-settings.ts'
import { Settings } from './schema.ts'

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'settings', prefix: '/v1/settings', normalize: false })
    .use(access(deps))
    .get('/', () => ({ release: manifest.version, items: listSettings(deps.config), nextCursor: null }), {
      requires: 'settings:read',
      response: { 200: Settings, ...failures() },
      detail: {
        tags: ['Settings'],
        operationId: 'readSettings',
        summary: 'Read how this server is set up',
        description:
          'Every variable of the environment that the server knows, with the value that counts. Of a secret it says only whether it is set. To change one, change the environment and restart. `GET /readyz` has the warnings about them.',
      },
    })
