/** One organisation. */
import { Elysia, t } from 'elysia'
import { etag, matchVersions } from '../../core/conditions/etags.ts'
import { assertNoLockOut } from '../../core/authz/unmet-setting.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { isSession } from '../../http/fresh-session.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { assertMakesOwners, authorityOf } from '../members/authority.ts'
import { leaveOrg } from '../members/service.ts'
import { assertBranding } from './check-branding.ts'
import { IfMatchOrg, Org, OrgParams, toOrg, TransferOrg, UpdateOrg } from './schema.ts'
import { deleteOrg, restoreOrg, transferOrg, updateOrg } from './service.ts'

const tags = ['Organisations']
const params = OrgParams

export function orgRoutes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  return new Elysia({ name: 'org', prefix: '/v1/orgs/:id', normalize: false })
    .use(access(deps))
    .get(
      '/',
      ({ org: { org }, set }) => {
        set.headers.etag = etag(org.version)
        return toOrg(org)
      },
      {
        requiresInOrg: 'orgs:read',
        params,
        response: { 200: Org, ...failures('org.not_found') },
        detail: { tags, operationId: 'getOrg', summary: 'Read an organisation' },
      },
    )
    .patch(
      '/',
      async ({ params: { id }, org: { org: before }, body, headers, set, cause, actor, request }) => {
        if (body.settings !== undefined) await assertBranding(body.settings, deps.config)
        assertNoLockOut(before, body.settings, actor, deps.clock.now())
        const org = await updateOrg(deps, cause(actor), id, body, {
          versions: matchVersions(headers['if-match']),
          key: await keyOf({ request, actor, body, set }),
        })
        set.headers.etag = etag(org.version)
        return toOrg(org)
      },
      {
        requiresInOrg: 'orgs:write',
        params,
        headers: t.Object({ ...IfMatchOrg.properties, ...IdempotencyKeyHeader }),
        body: UpdateOrg,
        response: {
          200: Org,
          ...failures(
            'org.not_found',
            'org.changed',
            'org.slug_taken',
            'org.settings_lock_out',
            'auth.fresh_session_required',
            'idempotency.key_reused',
          ),
        },
        detail: {
          tags,
          operationId: 'updateOrg',
          summary: 'Change an organisation',
          description:
            'An absent setting stays as it is, also within `branding`, and `null` is the default. What `branding` has is shown to strangers (docs/branding.md). A change of the settings requires a fresh session.',
        },
      },
    )
    .delete(
      '/',
      async ({ params: { id }, cause, actor }) => {
        await deleteOrg(deps, cause(actor), id)
        return noContent()
      },
      {
        requiresInOrg: 'orgs:delete',
        params,
        response: { 204: NoContent, ...failures('org.not_found', 'auth.fresh_session_required') },
        detail: {
          tags,
          operationId: 'deleteOrg',
          summary: 'Delete an organisation',
          description:
            'At once, everything in the organisation is 404. An owner can restore it within 30 days; then it is erased. A mail tells the owners. Requires a fresh session.',
        },
      },
    )
    .post(
      '/restore',
      async ({ params: { id }, cause, actor, set }) => {
        const org = await restoreOrg(deps, cause(actor), id)
        set.headers.etag = etag(org.version)
        return toOrg(org)
      },
      {
        requiresInOrg: 'orgs:restore',
        params,
        response: { 200: Org, ...failures('org.not_found', 'org.ownerless') },
        detail: {
          tags,
          operationId: 'restoreOrg',
          summary: 'Restore a deleted organisation',
          description: 'Within 30 days after the deletion. Members, roles, keys and settings are as before.',
        },
      },
    )
    .post(
      '/transfer',
      async ({ params: { id }, body, cause, actor, org, set }) => {
        const asked = cause(actor)
        assertMakesOwners(await authorityOf(deps, asked, actor, org))
        const isOwner = isSession(actor) && actor.memberships.get(id)?.includes('owner') === true
        const row = await transferOrg(deps, asked, { orgId: id, from: isOwner ? actor.id : null, to: body.userId })
        set.headers.etag = etag(row.version)
        return toOrg(row)
      },
      {
        requiresInOrg: 'orgs:transfer',
        params,
        body: TransferOrg,
        response: { 200: Org, ...failures('org.not_found', 'org.heir_refused', 'auth.fresh_session_required') },
        detail: {
          tags,
          operationId: 'transferOrg',
          summary: 'Transfer an organisation to a member',
          description:
            'The member becomes an owner and the caller an admin. An administrator of the server makes the member an owner too, and changes nobody else. A mail tells the owners. Requires a fresh session.',
        },
      },
    )
    .post(
      '/leave',
      async ({ params: { id }, cause, actor }) => {
        await leaveOrg(deps, cause(actor), id, actor.user.id)
        return noContent()
      },
      {
        actor: 'fresh-session',
        params,
        response: { 204: NoContent, ...failures('org.not_found', 'org.last_owner') },
        detail: {
          tags,
          operationId: 'leaveOrg',
          summary: 'Leave an organisation',
          description: 'My API keys in the organisation are revoked. The last owner cannot leave.',
        },
      },
    )
}
