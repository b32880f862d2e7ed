/** The members of an organisation. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { authorityOf } from './authority.ts'
import { ListMembers, Member, MemberPage, MemberParams, MembersParams, toMember, UpdateMember } from './schema.ts'
import { pageOfMembers, removeMember, setMemberRoles } from './service.ts'

const tags = ['Members']

export const orgRoutes = (deps: Deps) =>
  new Elysia({ name: 'members', prefix: '/v1/orgs/:id/members', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ params, query }) => {
        const { items, nextCursor } = await pageOfMembers(deps, params.id, query)
        return { items: items.map(toMember), nextCursor }
      },
      {
        requiresInOrg: 'members:read',
        params: MembersParams,
        query: ListMembers,
        response: { 200: MemberPage, ...failures('org.not_found', 'request.invalid') },
        detail: { tags, operationId: 'listMembers', summary: 'List and search the members' },
      },
    )
    .patch(
      '/:userId',
      async ({ params: { id, userId }, body, cause, actor, org }) => {
        const asked = cause(actor)
        const { makesOwners: _, ...authority } = await authorityOf(deps, asked, actor, org)
        return toMember(await setMemberRoles(deps, asked, { orgId: id, userId, roles: body.roles, ...authority }))
      },
      {
        requiresInOrg: 'members:write',
        params: MemberParams,
        body: UpdateMember,
        response: {
          200: Member,
          ...failures(
            'org.not_found',
            'member.not_found',
            'member.role_unknown',
            'member.role_refused',
            'org.last_owner',
            'org.too_many',
            'auth.fresh_session_required',
          ),
        },
        detail: {
          tags,
          operationId: 'updateMember',
          summary: 'Change the roles of a member',
          description:
            'Nobody gives or takes a role with a permission that they do not have. Owners alone make and unmake owners. Requires a fresh session of a person.',
        },
      },
    )
    .delete(
      '/:userId',
      async ({ params: { id, userId }, cause, actor, org }) => {
        const asked = cause(actor)
        const { makesOwners: _, ...authority } = await authorityOf(deps, asked, actor, org)
        await removeMember(deps, asked, { orgId: id, userId, ...authority })
        return noContent()
      },
      {
        requiresInOrg: 'members:write',
        params: MemberParams,
        response: {
          204: NoContent,
          ...failures(
            'org.not_found',
            'member.not_found',
            'member.role_refused',
            'org.last_owner',
            'auth.fresh_session_required',
          ),
        },
        detail: {
          tags,
          operationId: 'removeMember',
          summary: 'Remove a member',
          description:
            'Their API keys in the organisation are revoked. Nobody removes a member with a role that they may not take. Requires a fresh session of a person.',
        },
      },
    )
