/** Who has the link of an invitation is told what it is, before the person says who they are. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { accept, inviteTo, member, newAddress, newOrg, person, sql } from './support/orgs.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp({ env: { RATE_LIMIT: 'off' } })
})
afterAll(() => t.close())

interface Shown {
  org: { id: string; name: string; slug: string }
  inviterName: string | null
  roles: string[]
}
const read = (app: TestApp, token: string) =>
  call<Shown & { code?: string }>(app, 'GET /v1/invitations/by-token', { headers: { 'invitation-token': token } })

async function invited(roles = ['member']) {
  const org = await newOrg(t)
  const email = newAddress('guest')
  return { org, email, ...(await inviteTo(t, org, { email, roles })) }
}

test('the organisation, who invites and the roles, without a session and as often as one likes', async () => {
  const { org, email, token } = await invited(['admin', 'member'])
  await call(t, 'PATCH /v1/me', { token: org.token, body: { name: 'Ada Lovelace' } })
  await call(t, `PATCH /v1/orgs/${org.id}`, { token: org.token, body: { name: '<b>Acme</b>' } })
  const events = async () => (await sql(t, 'SELECT count(*) AS n FROM events')).rows[0]?.n
  const before = await events()
  for (let time = 0; time < 3; time++) {
    const { status, body, text, headers } = await read(t, token)
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(body).toMatchObject({
      org: { id: org.id, name: '<b>Acme</b>' },
      inviterName: 'Ada Lovelace',
      roles: ['admin', 'member'],
    })
    // A link may be passed on: its reader does not learn to whom it was sent, nor the address of the sender.
    expect([text.includes(email), text.includes(org.owner.user.email), text.includes(token)]).toEqual([
      false,
      false,
      false,
    ])
  }
  expect(await events()).toBe(before)
  const guest = await person(t, email)
  expect((await accept(t, guest.accessToken, token)).status).toBe(200)
})

test.each<[string, (of: Awaited<ReturnType<typeof invited>>) => Promise<unknown>]>([
  ['was used', async ({ email, token }) => accept(t, (await person(t, email)).accessToken, token)],
  ['was revoked', ({ org, id }) => call(t, `DELETE /v1/orgs/${org.id}/invitations/${id}`, { token: org.token })],
  [
    'was sent again',
    ({ org, id }) => call(t, `POST /v1/orgs/${org.id}/invitations/${id}/resend`, { token: org.token }),
  ],
  ['is of a deleted organisation', ({ org }) => call(t, `DELETE /v1/orgs/${org.id}`, { token: org.token })],
  ['is too old', ({ id }) => sql(t, 'UPDATE invitations SET expires_at = ? WHERE id = ?', [t.clock.now(), id])],
  [
    'is of a sender whose account is disabled',
    ({ org }) => sql(t, "UPDATE users SET status = 'disabled' WHERE id = ?", [org.owner.user.id]),
  ],
])('one that %s says nothing', async (_, end) => {
  const of = await invited()
  expect((await read(t, of.token)).status).toBe(200)
  await end(of)
  const { status, body } = await read(t, of.token)
  expect([status, body.code, 'org' in body]).toEqual([404, 'invitation.not_found', false])
})

test('what the sender may not give any more is not shown', async () => {
  const org = await newOrg(t)
  const admin = await member(t, org.id, ['admin'])
  const { token } = await inviteTo(t, { id: org.id, token: admin.accessToken }, { email: newAddress('guest') })
  expect((await read(t, token)).status).toBe(200)
  await sql(t, "UPDATE org_member_roles SET role = 'member' WHERE org_id = ? AND user_id = ?", [org.id, admin.user.id])
  expect((await read(t, token)).status).toBe(404)
})

test('malformed tokens are answered alike, and a token in the URL is none', async () => {
  const { token } = await invited()
  for (const wrong of [
    'x',
    `${token}x`,
    token.toLowerCase() === token ? token.toUpperCase() : token.toLowerCase(),
    "' OR 1=1",
  ])
    expect((await read(t, wrong)).body.code, wrong).toBe('invitation.not_found')
  for (const headers of [{}, { 'invitation-token': 'x'.repeat(513) }])
    expect((await call(t, `GET /v1/invitations/by-token?invitation-token=${token}`, { headers })).status).toBe(422)
})

test('unknown tokens of one address are limited, a valid one never', async () => {
  const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  const org = await newOrg(limited)
  const { token } = await inviteTo(limited, org, { email: newAddress('guest') })
  let refused = false
  for (let tries = 0; tries < 2000 && !refused; tries++) refused = (await read(limited, 'A'.repeat(43))).status === 429
  expect(refused).toBeTrue()
  expect((await read(limited, token)).status).toBe(200)
  await limited.close()
})
