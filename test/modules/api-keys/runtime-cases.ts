import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import type { Tools } from '../../runtime/tools.ts'
import type { Made } from './support/keys.ts'
import { forged } from '../../support/forged.ts'

/** A person with an organisation, in which they may do everything. */
async function founder({ call, signUp }: Tools) {
  const { accessToken: token, user } = await signUp()
  const { status, body } = await call<{ id: string }>('POST /v1/orgs', { token, body: { name: 'Acme' } })
  expect(status).toBe(201)
  return { token, user, orgId: body.id }
}

async function made({ call }: Tools, token: string, body: object = {}): Promise<Made> {
  const answer = await call<Made>('POST /v1/api-keys', { token, body: { name: 'Key', scopes: ['orgs:read'], ...body } })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

/** Past the time for which another server of the same database may know a key. */
const within = async (ask: () => Promise<number>, wanted: number) => {
  const until = performance.now() + 240_000 // only there to end a hang
  while ((await ask()) !== wanted) {
    if (performance.now() > until) throw new Error(`never answered ${wanted}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export const apiKeyCases = [
  guarantee(
    'an API key of each form acts for its owner, is listed without its secret, and ends when it is revoked',
    ['POST /v1/api-keys', 'GET /v1/api-keys', 'GET /v1/api-keys/:id', 'DELETE /v1/api-keys/:id'],
    async (tools) => {
      const { token, orgId } = await founder(tools)
      const route = `GET /v1/orgs/${orgId}`
      for (const more of [{}, { form: 'signed', expiresAt: new Date(Date.now() + 86_400_000).toISOString() }]) {
        for (const owner of [{}, { orgId }]) {
          const { id, key } = await made(tools, token, { ...more, ...owner })
          for (let use = 0; use < 2; use++) expect((await tools.call(route, { token: key })).status).toBe(200)
          await tools.refused('GET /v1/me', 'auth.forbidden', { token: key })
          await tools.refused(route, 'apikey.invalid', { token: forged(key) })
          const listed = await tools.call('GET /v1/api-keys', { token })
          expect(listed.text).not.toContain(key)
          expect((await tools.call(`GET /v1/api-keys/${id}`, { token })).body).toMatchObject({ id })
          expect((await tools.call(`DELETE /v1/api-keys/${id}`, { token })).status).toBe(204)
          await within(async () => (await tools.call(route, { token: key })).status, 401)
        }
      }
    },
  ),
  guarantee(
    'a key is replaced while the old one still works, and one that was found ends for everybody',
    ['POST /v1/api-keys/:id/rotate', 'POST /v1/api-keys/revoke'],
    async (tools) => {
      const { token, orgId } = await founder(tools)
      const route = `GET /v1/orgs/${orgId}`
      const old = await made(tools, token)
      const next = await tools.call<Made>(`POST /v1/api-keys/${old.id}/rotate`, { token, body: {} })
      expect(next.status, next.text).toBe(201)
      for (const { key } of [old, next.body]) expect((await tools.call(route, { token: key })).status).toBe(200)
      await tools.refused(`POST /v1/api-keys/${old.id}/rotate`, 'apikey.already_rotated', { token, body: {} })
      for (const key of ['tid_nothing', next.body.key, next.body.key])
        expect((await tools.call('POST /v1/api-keys/revoke', { body: { key } })).status).toBe(204)
      await within(async () => (await tools.call(route, { token: next.body.key })).status, 401)
      expect((await tools.call(route, { token: old.key })).status).toBe(200)
    },
  ),
]

export const serviceAccountCases = [
  guarantee(
    'a service account acts with its keys until it is disabled or deleted',
    [
      'POST /v1/service-accounts',
      'GET /v1/service-accounts',
      'GET /v1/service-accounts/:id',
      'PATCH /v1/service-accounts/:id',
      'DELETE /v1/service-accounts/:id',
    ],
    async (tools) => {
      const { token, orgId } = await founder(tools)
      const route = `GET /v1/orgs/${orgId}`
      const body = { name: 'Robot', roles: ['member'], orgId }
      const created = await tools.call<{ id: string }>('POST /v1/service-accounts', { token, body })
      expect(created.status, created.text).toBe(201)
      const { id } = created.body
      const path = `/v1/service-accounts/${id}`
      const listed = await tools.call<{ items: { id: string }[] }>(`GET /v1/service-accounts?orgId=${orgId}`, { token })
      expect(listed.body.items.map((item) => item.id)).toEqual([id])
      const { key } = await made(tools, token, { serviceAccountId: id })
      expect((await tools.call(route, { token: key })).status).toBe(200)
      expect((await tools.call(`PATCH ${path}`, { token, body: { status: 'disabled' } })).status).toBe(200)
      await within(async () => (await tools.call(route, { token: key })).status, 401)
      expect((await tools.call(`PATCH ${path}`, { token, body: { status: 'active' } })).status).toBe(200)
      await within(async () => (await tools.call(route, { token: key })).status, 200)
      expect((await tools.call(`GET ${path}`, { token })).body).toMatchObject({ id, roles: ['member'] })
      expect((await tools.call(`DELETE ${path}`, { token })).status).toBe(204)
      await within(async () => (await tools.call(route, { token: key })).status, 401)
    },
  ),
]
