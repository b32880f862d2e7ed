import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { inOwnOrg } from '../../runtime/round-trips/operation.ts'
import { call, signUp } from '../../support/client.ts'
import { AT, defineContract } from '../../support/contract.ts'
import { askedName, dnsResponse, message, record, resolver, strings } from './support/dns.ts'

const NO_DOMAIN = `dom_${'0'.repeat(32)}`
let domains = 0

export const contract = defineContract({
  access: {
    'GET /v1/orgs/:id/domains': 'domains:read in org',
    'POST /v1/orgs/:id/domains': 'domains:write in org',
    'PATCH /v1/orgs/:id/domains/:domainId': 'domains:write in org',
    'POST /v1/orgs/:id/domains/:domainId/verify': 'domains:write in org',
    'DELETE /v1/orgs/:id/domains/:domainId': 'domains:write in org',
  },
  orgIds: async (t, { accessToken: token }, orgId) => {
    const body = { domain: `swapped-${++domains}.example` }
    const { id: domainId } = (await call<{ id: string }>(t, `POST /v1/orgs/${orgId}/domains`, { token, body })).body
    return {
      'PATCH /v1/orgs/:id/domains/:domainId': { domainId },
      'POST /v1/orgs/:id/domains/:domainId/verify': { domainId },
      'DELETE /v1/orgs/:id/domains/:domainId': { domainId },
    }
  },
  writes: {
    budget: {
      'GET /v1/orgs/:id/domains': 2,
      'POST /v1/orgs/:id/domains': 2,
      'PATCH /v1/orgs/:id/domains/:domainId': 2,
      'POST /v1/orgs/:id/domains/:domainId/verify': 3, // the question to the resolver stands between two of them
      'DELETE /v1/orgs/:id/domains/:domainId': 2,
    },
    ask: async ({ t, pay }) => {
      const { accessToken: token } = await signUp(t, 'domain-owner@example.com')
      const { id } = (await call<{ id: string }>(t, 'POST /v1/orgs', { token, body: { name: 'Acme' } })).body
      const path = `/v1/orgs/${id}/domains`
      await pay('POST /v1/orgs/:id/domains', path, { token, body: { domain: 'paid.example' } }, 201)
      await pay('POST /v1/orgs/:id/domains', path, { token, body: { domain: 'paid.example' } }, 409)
      await pay('GET /v1/orgs/:id/domains', path, { token })
      type Listed = { items: { id: string; record: { name: string; value: string } }[] }
      const [domain] = (await call<Listed>(t, `GET ${path}`, { token })).body.items
      const one = `${path}/${domain?.id}`
      const { answer } = t.foreign
      resolver(t, { [domain?.record.name ?? '']: { txt: [domain?.record.value ?? ''] } })
      await pay('POST /v1/orgs/:id/domains/:domainId/verify', `${one}/verify`, { token })
      t.foreign.answer = answer
      await pay('PATCH /v1/orgs/:id/domains/:domainId', one, { token, body: { autoJoin: true } })
      await pay('DELETE /v1/orgs/:id/domains/:domainId', one, { token }, 204)
      await pay('DELETE /v1/orgs/:id/domains/:domainId', one, { token }, 404)
    },
  },
  roundTrips: [
    inOwnOrg('GET /v1/orgs/:id/domains', 200),
    inOwnOrg('POST /v1/orgs/:id/domains', 201, { body: { domain: 'acme.example' } }),
    ...(
      [
        ['PATCH /v1/orgs/:id/domains/:domainId', 404, { body: { autoJoin: true } }],
        ['POST /v1/orgs/:id/domains/:domainId/verify', 404, {}],
        ['DELETE /v1/orgs/:id/domains/:domainId', 404, {}],
      ] as const
    ).map(([route, status, asked]) => {
      const operation = inOwnOrg(route, status, asked)
      return {
        ...operation,
        async prepare(accounts: Parameters<typeof operation.prepare>[0]) {
          const ask = await operation.prepare(accounts)
          return { ...ask, methodAndPath: ask.methodAndPath.replace(':domainId', NO_DOMAIN) }
        },
      }
    }),
  ],
  nothingToTrust: { org_departures: 'it keeps a person out, and lets nobody in' },
  runtime: [
    guarantee(
      'a domain is added, changed, proven by its record and removed, and a resolver that fails proves nothing',
      [
        'GET /v1/orgs/:id/domains',
        'POST /v1/orgs/:id/domains',
        'PATCH /v1/orgs/:id/domains/:domainId',
        'POST /v1/orgs/:id/domains/:domainId/verify',
        'DELETE /v1/orgs/:id/domains/:domainId',
      ],
      async ({ call, callInOutage, refused, signUp, elsewhere }) => {
        const { accessToken: token } = await signUp()
        const { id } = (await call<{ id: string }>('POST /v1/orgs', { token, body: { name: 'Domains' } })).body
        const path = `/v1/orgs/${id}/domains`
        const made = await call<{ id: string; record: { name: string; value: string } }>(`POST ${path}`, {
          token,
          body: { domain: 'MÜNCHEN.example' },
        })
        expect(made.body).toMatchObject({ domain: 'xn--mnchen-3ya.example', status: 'pending', autoJoin: false })
        await refused(`POST ${path}`, 'domain.exists', { token, body: { domain: 'münchen.example' } })
        await refused(`POST ${path}`, 'domain.public', { token, body: { domain: 'gmail.com' } })
        const one = `${path}/${made.body.id}`
        const changed = await call(`PATCH ${one}`, { token, body: { autoJoin: true } })
        expect(changed.body).toMatchObject({ autoJoin: true })
        const checked = await callInOutage<{ code: string }>(`POST ${one}/verify`, { token })
        expect([checked.status, checked.body.code]).toEqual([503, 'domain.resolver_unavailable'])
        const listed = await call<{ items: { status: string }[] }>(`GET ${path}`, { token })
        expect(listed.body.items.map(({ status }) => status)).toEqual(['pending'])
        const { name, value } = made.body.record
        elsewhere.lies.respond = async (asked, request) =>
          asked === '/dns-query' && askedName(await request.bytes()) === name
            ? dnsResponse(message(name, [record(name, 16, strings([value]))]))
            : undefined
        const proven = await call(`POST ${one}/verify`, { token })
        delete elsewhere.lies.respond
        expect([proven.status, proven.body.status]).toEqual([200, 'verified'])
        expect((await call(`DELETE ${one}`, { token })).status).toBe(204)
        await refused(`DELETE ${one}`, 'domain.not_found', { token })
      },
    ),
  ],
  mails: { 'domain-lost': { domain: 'acme.example', org: 'Acme', at: AT } },
})
