import { expect } from 'bun:test'
import { orgMemberRoles, orgMembers } from '../../../../db/tables/index.ts'
import type { CreatedApiKey } from '../../../../src/modules/api-keys/schema.ts'
import type { ServiceAccount } from '../../../../src/modules/service-accounts/schema.ts'
import { type Answer, call, type Session } from '../../../support/client.ts'
import type { TestApp } from '../../../support/test-app.ts'

export type Made = CreatedApiKey

/** A new key, or the refusal. */
export const askKey = (t: TestApp, token: string, body: object): Promise<Answer<Made>> =>
  call<Made>(t, 'POST /v1/api-keys', { token, body: { name: 'Test', scopes: ['users:read'], ...body } })

export async function makeKey(t: TestApp, token: string, body: object = {}): Promise<Made> {
  const answer = await askKey(t, token, body)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

export const inAYear = (t: TestApp): string => new Date(t.clock.now() + 300 * 86_400_000).toISOString()

/** A signed key of 300 days. */
export const makeSigned = (t: TestApp, token: string, body: object = {}): Promise<Made> =>
  makeKey(t, token, { form: 'signed', expiresAt: inAYear(t), ...body })

export async function makeOrg(t: TestApp, token: string, name = 'Acme'): Promise<string> {
  const answer = await call<{ id: string }>(t, 'POST /v1/orgs', { token, body: { name } })
  expect(answer.status, answer.text).toBe(201)
  return answer.body.id
}

/** Makes a person a member of an organisation, in the database. */
export async function join(t: TestApp, orgId: string, { user }: Session, roles: readonly string[]): Promise<void> {
  await t.deps.db.insert(orgMembers).values({ orgId, userId: user.id, joinedAt: t.clock.now() })
  for (const role of roles) await t.deps.db.insert(orgMemberRoles).values({ orgId, userId: user.id, role })
  t.deps.principals.forgetAll()
}

export async function makeAccount(t: TestApp, token: string, body: object): Promise<ServiceAccount> {
  const answer = await call<ServiceAccount>(t, 'POST /v1/service-accounts', { token, body: { name: 'Robot', ...body } })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

export const statusWith = async (t: TestApp, key: string, route = 'GET /v1/users'): Promise<number> =>
  (await call(t, route, { token: key })).status
