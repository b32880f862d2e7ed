/** What the caller may do. */
import { Type } from '@sinclair/typebox'
import { Elysia, t } from 'elysia'
import { effectivePermissions } from '../../core/authz/effective-permissions.ts'
import { scopesById } from '../../core/authz/load-scopes.ts'
import { permissionsHash } from '../../core/authz/permissions-hash.ts'
import { INSTANCE } from '../../core/authz/scope.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'

const OwnPermissions = Type.Object(
  {
    permissions: Type.Array(Type.String(), { examples: [['members:read']] }),
    hash: Type.String({
      description:
        'Equal for equal lists of permissions. Access tokens with very many roles have it as permissions_hash.',
      examples: ['3q2-7wAAAAAAAAAAAAAAAA'],
    }),
  },
  { title: 'OwnPermissions' },
)

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'own-permissions', normalize: false })
    .use(access(deps))
    .get('/v1/me/permissions', async ({ actor, query }) => ownPermissions(deps, actor, query.orgId), {
      requires: 'principal',
      query: t.Object({
        orgId: t.Optional(
          t.String({
            pattern: '^org_[0-9a-f]{32}$',
            description: 'An organisation of the caller. Absent: the instance.',
          }),
        ),
      }),
      response: { 200: OwnPermissions, ...failures('org.not_found') },
      detail: {
        tags: ['Permissions'],
        operationId: 'listOwnPermissions',
        summary: 'List the permissions of the caller',
        description:
          'Those of the roles in the instance and, with orgId, of the roles in that organisation; of an API key, those among its scopes. Rules can allow or deny more in single cases: POST /access/v1/evaluation.',
      },
    })

/** Throws `org.not_found` for an organisation in which the caller is no member. */
async function ownPermissions(deps: Deps, actor: Actor, orgId: string | undefined) {
  if (orgId !== undefined && !actor.memberships.has(orgId)) throw problem('org.not_found')
  const scopes = await scopesById(deps, orgId === undefined ? [INSTANCE] : [INSTANCE, orgId])
  const instance = scopes.get(INSTANCE)
  const org = orgId === undefined ? undefined : scopes.get(orgId)
  if (instance === undefined || (orgId !== undefined && org?.org?.deletedAt !== null)) throw problem('org.not_found')
  const permissions = effectivePermissions(actor, instance, org)
  return { permissions, hash: await permissionsHash(permissions) }
}
