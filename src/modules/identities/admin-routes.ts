/** The identities that other people can sign in with, for administrators. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { UserParams } from '../users/schema.ts'
import { identitiesOfUser } from './own-identities.ts'
import { Identities } from './schema.ts'

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'user-identities', prefix: '/v1/users', normalize: false })
    .use(access(deps))
    .get('/:id/identities', ({ params }) => identitiesOfUser(deps, params.id), {
      requires: 'users:read',
      params: UserParams,
      response: { 200: Identities, ...failures('user.not_found') },
      detail: {
        tags: ['Users'],
        operationId: 'listUserIdentities',
        summary: 'List the identities that a user can sign in with',
        description: 'The accounts at other providers, the oldest first.',
      },
    })
