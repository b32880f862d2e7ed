/** Who becomes a member by the domain of their address, and who does not. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { call, PASSWORD, signIn } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import {
  accept,
  inviteTo,
  membershipOf,
  newAddress,
  newOrg,
  person,
  removeMember,
  setSettings,
  sql,
} from '../invitations/support/orgs.ts'
import { enrol, firstFactor, codeOf } from '../mfa/support/factors.ts'
import { deliver, proofFor, requestProof } from '../proofs/support/mail.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

let domains = 0
/** An organisation with a domain that it proved. */
async function orgWithDomain({ autoJoin = 1, verifiedAt = 1 as number | null } = {}) {
  const org = await newOrg(t)
  const domain = `joined-${++domains}.example`
  await sql(
    t,
    'INSERT INTO org_domains (id, org_id, domain, challenge, auto_join, created_at, verified_at) VALUES (?, ?, ?, ?, ?, 0, ?)',
    [`dom_${domain}`, org.id, domain, 'x', autoJoin, verifiedAt],
  )
  return { ...org, domain, address: () => newAddress('ada', domain) }
}
const comes = (email: string) => signIn(t, email)

describe('a person with a verified address of a proved domain', () => {
  test('becomes a member at the next sign-in, once, and it is recorded', async () => {
    const org = await orgWithDomain()
    const { user } = await person(t, org.address())
    expect(await membershipOf(t, org.id, user.id)).toBeUndefined()
    const { accessToken: token } = await comes(user.email)
    expect(await membershipOf(t, org.id, user.id)).toEqual(['member'])
    const { body } = await call<{ items: { org: { id: string }; roles: string[] }[] }>(t, 'GET /v1/me/orgs', { token })
    expect(body.items.map(({ org: { id }, roles }) => [id, roles])).toEqual([[org.id, ['member']]])
    await comes(user.email)
    const { rows } = await sql(t, "SELECT org_id, actor_id FROM events WHERE type = 'member.added' AND user_id = ?", [
      user.id,
    ])
    expect(rows.map((row) => [row.org_id, row.actor_id])).toEqual([[org.id, user.id]])
  })

  test('becomes a member with the verification itself', async () => {
    const org = await orgWithDomain()
    const { user, accessToken: token } = await person(t, org.address(), { verified: false })
    await comes(user.email)
    expect(await membershipOf(t, org.id, user.id)).toBeUndefined()
    const proof = await proofFor(t, user.email)
    await call(t, 'POST /v1/auth/verify-email', { token, body: { token: proof.token } })
    expect(await membershipOf(t, org.id, user.id)).toEqual(['member'])
    // The session that was there sees it.
    expect((await call(t, `GET /v1/orgs/${org.id}`, { token })).status).toBe(200)
  })

  test('becomes a member with a change of address to the domain', async () => {
    const org = await orgWithDomain()
    const { user, accessToken: token } = await person(t)
    const email = org.address()
    expect((await call(t, 'POST /v1/me/email', { token, body: { email } })).status).toBe(202)
    const { token: proof } = await proofFor(t, email)
    await call(t, 'POST /v1/auth/verify-email', { token, body: { token: proof } })
    expect(await membershipOf(t, org.id, user.id)).toEqual(['member'])
  })

  test('becomes a member with the first sign-in by mail, which verifies the address', async () => {
    const org = await orgWithDomain()
    const { user } = await person(t, org.address(), { verified: false })
    await deliver(t)
    const { token } = await requestProof(t, 'email-code', user.email)
    expect((await call(t, 'POST /v1/auth/email-code/verify', { body: { token } })).status).toBe(200)
    expect(await membershipOf(t, org.id, user.id)).toEqual(['member'])
  })

  test('becomes a member once, of twenty sign-ins at once', async () => {
    const org = await orgWithDomain()
    const { user } = await person(t, org.address())
    const body = { email: user.email, password: PASSWORD }
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(t, 'POST /v1/auth/sign-in', { body })))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(await membershipOf(t, org.id, user.id)).toEqual(['member'])
  })
})

describe('nobody becomes a member', () => {
  const joins = async (org: { id: string }, email: string, more?: { verified?: boolean }) => {
    const { user } = await person(t, email, more)
    await comes(email)
    return (await membershipOf(t, org.id, user.id)) !== undefined
  }

  test('with an address that is not verified', async () => {
    const org = await orgWithDomain()
    expect(await joins(org, org.address(), { verified: false })).toBe(false)
  })

  test('by a domain that is not proved, or whose setting is off', async () => {
    const [pending, off] = [await orgWithDomain({ verifiedAt: null }), await orgWithDomain({ autoJoin: 0 })]
    expect(await joins(pending, pending.address())).toBe(false)
    expect(await joins(off, off.address())).toBe(false)
  })

  test('by a domain that only looks like it', async () => {
    const org = await orgWithDomain()
    for (const domain of [
      `sub.${org.domain}`,
      `x${org.domain}`,
      `${org.domain}.example`,
      org.domain.replace('example', 'test'),
    ])
      expect([domain, await joins(org, newAddress('ada', domain))]).toEqual([domain, false])
  })

  test('of a deleted organisation, or against its settings', async () => {
    const [deleted, strict] = [await orgWithDomain(), await orgWithDomain()]
    await sql(t, 'UPDATE organisations SET deleted_at = 1 WHERE id = ?', [deleted.id])
    await setSettings(t, strict.id, { emailDomains: ['acme.example'] })
    expect(await joins(deleted, deleted.address())).toBe(false)
    expect(await joins(strict, strict.address())).toBe(false)
    await setSettings(t, strict.id, { emailDomains: ['acme.example', strict.domain] })
    expect(await joins(strict, strict.address())).toBe(true)
  })

  test('a second time after they left or were removed, except by an invitation', async () => {
    const org = await orgWithDomain()
    const { user } = await person(t, org.address())
    await comes(user.email)
    await removeMember(t, org.id, user.id)
    const { accessToken } = await comes(user.email)
    expect(await membershipOf(t, org.id, user.id)).toBeUndefined()
    const { token } = await inviteTo(t, org, { email: user.email })
    expect((await accept(t, accessToken, token)).status).toBe(200)
    // And again.
    await removeMember(t, org.id, user.id)
    await comes(user.email)
    expect(await membershipOf(t, org.id, user.id)).toBeUndefined()
  })

  test('by a sign-in that fails or waits for a second factor, until it is shown', async () => {
    const org = await orgWithDomain()
    const session = await person(t, org.address())
    const { user } = session
    await call(t, 'POST /v1/auth/sign-in', { body: { email: user.email, password: 'wrong wrong wrong' } })
    expect(await membershipOf(t, org.id, user.id)).toBeUndefined()
    const { secret } = await enrol(t, session)
    const { challenge } = await firstFactor(t, user.email)
    expect(await membershipOf(t, org.id, user.id)).toBeUndefined()
    const code = codeOf(t, secret)
    const answer = await call(t, 'POST /v1/auth/mfa/verify', { body: { challenge, factor: 'totp', code } })
    expect(answer.status).toBe(200)
    expect(await membershipOf(t, org.id, user.id)).toEqual(['member'])
  })

  test('who is a member of 500 organisations', async () => {
    const org = await orgWithDomain()
    const { user } = await person(t, org.address())
    await sql(
      t,
      `INSERT INTO organisations (id, name, slug, settings, version, created_at, updated_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT 'org_many_' || i, 'x', 'many-' || i, '{}', 1, 0, 0 FROM n`,
    )
    await sql(
      t,
      "INSERT INTO org_members (org_id, user_id, joined_at) SELECT id, ?, 0 FROM organisations WHERE id LIKE 'org_many_%'",
      [user.id],
    )
    await comes(user.email)
    expect(await membershipOf(t, org.id, user.id)).toBeUndefined()
  })
})

test('a departure is forgotten with its person and with its organisation', async () => {
  const org = await orgWithDomain()
  const [one, two] = [await person(t, org.address()), await person(t, org.address())]
  for (const { user } of [one, two]) {
    await comes(user.email)
    await removeMember(t, org.id, user.id)
  }
  const left = async () => (await sql(t, 'SELECT 1 FROM org_departures WHERE org_id = ?', [org.id])).rows.length
  expect(await left()).toBe(2)
  await sql(t, 'DELETE FROM users WHERE id = ?', [one.user.id])
  expect(await left()).toBe(1)
  await sql(t, 'DELETE FROM organisations WHERE id = ?', [org.id])
  expect(await left()).toBe(0)
})
