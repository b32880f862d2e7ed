import { expect } from 'bun:test'
import type { CreatedOAuthClient, OAuthClient } from '../../../../src/modules/oauth-clients/schema.ts'
import { type Answer, call } from '../../../support/client.ts'
import type { TestApp } from '../../../support/test-app.ts'

export const CALLBACK = 'https://notes.example/callback'

export const BODY = {
  name: 'Notes',
  redirectUris: [CALLBACK],
  grantTypes: ['authorization_code', 'refresh_token'],
  tokenEndpointAuthMethod: 'client_secret_basic',
  scopes: ['openid', 'profile'],
}

export const askClient = (
  t: TestApp,
  token: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<Answer<CreatedOAuthClient>> =>
  call<CreatedOAuthClient>(t, 'POST /v1/oauth-clients', { token, headers, body: { ...BODY, ...body } })

/** A new client. */
export async function makeClient(t: TestApp, token: string, body: object = {}): Promise<CreatedOAuthClient> {
  const answer = await askClient(t, token, body)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

export const readClient = async (t: TestApp, token: string, id: string): Promise<OAuthClient> =>
  (await call<OAuthClient>(t, `GET /v1/oauth-clients/${encodeURIComponent(id)}`, { token })).body

export async function eventsOf(t: TestApp, type: string): Promise<Record<string, unknown>[]> {
  const { rows } = await t.deps.db.$client.execute({
    sql: 'SELECT * FROM events WHERE type = ? ORDER BY id',
    args: [type],
  })
  return rows.map((row) => ({ ...row, data: JSON.parse(String(row.data)) as unknown }))
}
