/** The domains of an organisation. */
import { Elysia, t } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { OrgParams } from '../orgs/schema.ts'
import { addDomain, removeDomain, updateDomain, verifyDomain } from './manage-domains.ts'
import { domainsOf } from './queries.ts'
import { AddDomain, Domain, DomainParams, Domains, toDomain, UpdateDomain } from './schema.ts'

const tags = ['Domains']

export function orgRoutes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  return new Elysia({ name: 'domains', prefix: '/v1/orgs/:id/domains', normalize: false })
    .use(access(deps))
    .get('/', async ({ org }) => ({ items: (await domainsOf(deps.db, org.id)).map(toDomain), nextCursor: null }), {
      requiresInOrg: 'domains:read',
      params: OrgParams,
      response: { 200: Domains, ...failures('org.not_found') },
      detail: { tags, operationId: 'listDomains', summary: 'List the domains of an organisation' },
    })
    .post(
      '/',
      async ({ actor, org: { org }, body, cause, request, set }) => {
        const row = await addDomain(deps, cause(actor), org, body, await keyOf({ request, actor, body, set }))
        set.status = 201
        return toDomain(row)
      },
      {
        requiresInOrg: 'domains:write',
        params: OrgParams,
        headers: t.Object(IdempotencyKeyHeader),
        body: AddDomain,
        response: {
          201: Domain,
          ...failures(
            'org.not_found',
            'domain.not_found',
            'domain.public',
            'domain.exists',
            'domain.too_many',
            'auth.fresh_session_required',
            'idempotency.key_reused',
          ),
        },
        detail: {
          tags,
          operationId: 'addDomain',
          summary: 'Add a domain to an organisation',
          description:
            'Set the TXT record of the answer in the DNS, then verify the domain. `autoJoin` requires a fresh session.',
        },
      },
    )
    .patch(
      '/:domainId',
      async ({ actor, org: { org }, params, body, cause }) =>
        toDomain(await updateDomain(deps, cause(actor), org, params.domainId, body)),
      {
        requiresInOrg: 'domains:write',
        params: DomainParams,
        body: UpdateDomain,
        response: { 200: Domain, ...failures('org.not_found', 'domain.not_found', 'auth.fresh_session_required') },
        detail: {
          tags,
          operationId: 'updateDomain',
          summary: 'Let people join by a domain, or stop that',
          description: 'Requires a fresh session. People who are members stay members.',
        },
      },
    )
    .post(
      '/:domainId/verify',
      async ({ actor, org: { org }, params, cause }) =>
        toDomain(await verifyDomain(deps, cause(actor), org, params.domainId)),
      {
        requiresInOrg: 'domains:write',
        params: DomainParams,
        response: {
          200: Domain,
          ...failures(
            'org.not_found',
            'domain.not_found',
            'domain.record_missing',
            'domain.taken',
            'domain.resolver_unavailable',
            'request.rate_limited',
          ),
        },
        detail: {
          tags,
          operationId: 'verifyDomain',
          summary: 'Verify a domain',
          description:
            'The server asks the DNS for the record. It asks again every week; a domain whose record is gone in two checks is no longer verified, and the owners get a mail.',
        },
      },
    )
    .delete(
      '/:domainId',
      async ({ actor, org: { org }, params, cause }) => {
        await removeDomain(deps, cause(actor), org, params.domainId)
        return noContent()
      },
      {
        requiresInOrg: 'domains:write',
        params: DomainParams,
        response: { 204: NoContent, ...failures('org.not_found', 'domain.not_found', 'auth.fresh_session_required') },
        detail: {
          tags,
          operationId: 'deleteDomain',
          summary: 'Remove a domain from an organisation',
          description: 'Requires a fresh session. People who joined by the domain stay members.',
        },
      },
    )
}
