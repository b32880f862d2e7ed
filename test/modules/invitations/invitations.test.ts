import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { call, setUpAdmin } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { makeKey } from '../api-keys/support/keys.ts'
import { deliver, inParallel, proofFor, proofIn } from '../proofs/support/mail.ts'
import {
  accept,
  addRole,
  inviteTo,
  member,
  membershipOf,
  newAddress,
  newOrg,
  person,
  removeMember,
  setSettings,
  sql,
  tokenFor,
} from './support/orgs.ts'

const DAY = 86_400_000
let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

const codeOf = ({ body }: { body: unknown }) => (body as { code?: string }).code
const ask = (org: { id: string; token: string }, body: unknown, more: Record<string, unknown> = {}) =>
  call<{ id: string; code?: string }>(t, `POST /v1/orgs/${org.id}/invitations`, { token: org.token, body, ...more })

describe('an invitation', () => {
  test('makes the reader of the mail a member with its roles, once', async () => {
    const org = await newOrg(t)
    const guest = await person(t)
    const { id, token } = await inviteTo(t, org, { email: guest.user.email, roles: ['admin', 'member'] })
    expect(id).toMatch(/^inv_[0-9a-f]{32}$/)
    const answer = await accept(t, guest.accessToken, token)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ org: { id: org.id }, roles: ['admin', 'member'] })
    expect(await membershipOf(t, org.id, guest.user.id)).toEqual(['admin', 'member'])
    // The session works in the organisation from its next request on.
    expect((await call(t, `GET /v1/orgs/${org.id}/invitations`, { token: guest.accessToken })).status).toBe(200)
    expect(codeOf(await accept(t, guest.accessToken, token))).toBe('invitation.already_member')
    const { rows } = await sql(
      t,
      "SELECT org_id, user_id, actor_id FROM events WHERE type = 'invitation.accepted' AND user_id = ?",
      [guest.user.id],
    )
    expect(rows.map((row) => [row.org_id, row.user_id, row.actor_id])).toEqual([[org.id, guest.user.id, guest.user.id]])
  })

  test('is used once, of 50 uses at once', async () => {
    const org = await newOrg(t)
    const guest = await person(t)
    const { token } = await inviteTo(t, org, { email: guest.user.email })
    const statuses = await inParallel(t, 50, 'POST /v1/invitations/accept', {
      token: guest.accessToken,
      body: { token },
    })
    expect(statuses).toEqual({ 200: 1, 409: 49 })
    expect(await membershipOf(t, org.id, guest.user.id)).toEqual(['member'])
  })

  test('to an address without an account waits for its sign-up and its verification', async () => {
    const org = await newOrg(t)
    const email = newAddress('new')
    const { token } = await inviteTo(t, org, { email })
    const guest = await person(t, email, { verified: false })
    expect(codeOf(await accept(t, guest.accessToken, token))).toBe('invitation.email_unverified')
    expect(await membershipOf(t, org.id, guest.user.id)).toBeUndefined()
    const proof = await proofFor(t, email)
    await call(t, 'POST /v1/auth/verify-email', { token: guest.accessToken, body: { token: proof.token } })
    expect((await accept(t, guest.accessToken, token)).status).toBe(200)
  })

  test('finds its mailbox in every spelling', async () => {
    const org = await newOrg(t)
    const guest = await person(t, `bücher@${'münchen'}.example`)
    const { token } = await inviteTo(t, org, { email: `BÜCHER@xn--mnchen-3ya.example` })
    expect((await accept(t, guest.accessToken, token)).status).toBe(200)
    expect(codeOf(await ask(org, { email: guest.user.email }))).toBe('invitation.already_member')
  })

  test('for another address is answered like an unknown one, and stays unused', async () => {
    const org = await newOrg(t)
    const guest = await person(t)
    const thief = await person(t)
    const { token } = await inviteTo(t, org, { email: guest.user.email, roles: ['admin'] })
    const stolen = await accept(t, thief.accessToken, token)
    const unknown = await accept(t, thief.accessToken, 'A'.repeat(43))
    const damaged = await accept(t, thief.accessToken, '… not a token')
    const plain = ({ body: { requestId: _, ...body }, status }: { status: number; body: Record<string, unknown> }) => ({
      status,
      body,
    })
    expect(plain(stolen)).toEqual(plain(unknown))
    expect(plain(damaged)).toEqual(plain(unknown))
    expect(stolen.status).toBe(404)
    expect(await membershipOf(t, org.id, thief.user.id)).toBeUndefined()
    expect((await accept(t, guest.accessToken, token)).status).toBe(200)
  })

  test('expires after 7 days, and is void after a revocation', async () => {
    const org = await newOrg(t)
    const late = await person(t)
    const { token } = await inviteTo(t, org, { email: late.user.email })
    const gone = newAddress()
    const { id, token: revoked } = await inviteTo(t, org, { email: gone })
    expect((await call(t, `DELETE /v1/orgs/${org.id}/invitations/${id}`, { token: org.token })).status).toBe(204)
    expect(codeOf(await call(t, `DELETE /v1/orgs/${org.id}/invitations/${id}`, { token: org.token }))).toBe(
      'invitation.not_found',
    )
    expect(codeOf(await accept(t, (await person(t, gone)).accessToken, revoked))).toBe('invitation.not_found')
    t.clock.advance(7 * DAY)
    const { accessToken } = (
      await call<{ accessToken: string }>(t, 'POST /v1/auth/sign-in', {
        body: { email: late.user.email, password: 'correct horse battery staple' },
      })
    ).body
    expect(codeOf(await accept(t, accessToken, token))).toBe('invitation.not_found')
    expect(await membershipOf(t, org.id, late.user.id)).toBeUndefined()
  })

  test('sent again has a new link, and the one before is void', async () => {
    const org = await newOrg(t)
    const guest = await person(t)
    const first = await inviteTo(t, org, { email: guest.user.email })
    t.clock.advance(60_000)
    const again = await call<{ expiresAt: string }>(t, `POST /v1/orgs/${org.id}/invitations/${first.id}/resend`, {
      token: org.token,
    })
    expect(again.status).toBe(200)
    expect(Date.parse(again.body.expiresAt) - t.clock.now()).toBe(7 * DAY)
    const token = await tokenFor(t, guest.user.email)
    expect(codeOf(await accept(t, guest.accessToken, first.token))).toBe('invitation.not_found')
    expect((await accept(t, guest.accessToken, token)).status).toBe(200)
    expect(codeOf(await call(t, `POST /v1/orgs/${org.id}/invitations/${first.id}/resend`, { token: org.token }))).toBe(
      'invitation.not_found',
    )
  })

  test('works no second time after its reader left, nor does one that was open meanwhile', async () => {
    const org = await newOrg(t)
    const guest = await person(t)
    const { token } = await inviteTo(t, org, { email: guest.user.email })
    expect((await accept(t, guest.accessToken, token)).status).toBe(200)
    await removeMember(t, org.id, guest.user.id)
    expect(codeOf(await accept(t, guest.accessToken, token))).toBe('invitation.not_found')
    // Joined by another door while an invitation was open, then removed.
    const second = await inviteTo(t, org, { email: guest.user.email })
    await sql(t, 'INSERT INTO org_members (org_id, user_id, joined_at) VALUES (?, ?, 0)', [org.id, guest.user.id])
    await removeMember(t, org.id, guest.user.id)
    expect(codeOf(await accept(t, guest.accessToken, second.token))).toBe('invitation.not_found')
    // A later one works.
    const third = await inviteTo(t, org, { email: guest.user.email })
    expect((await accept(t, guest.accessToken, third.token)).status).toBe(200)
  })

  test('ends with its organisation, and returns with it', async () => {
    const org = await newOrg(t)
    const guest = await person(t)
    const { token } = await inviteTo(t, org, { email: guest.user.email })
    await sql(t, 'UPDATE organisations SET deleted_at = 1 WHERE id = ?', [org.id])
    expect(codeOf(await accept(t, guest.accessToken, token))).toBe('invitation.not_found')
    await sql(t, 'UPDATE organisations SET deleted_at = NULL WHERE id = ?', [org.id])
    expect((await accept(t, guest.accessToken, token)).status).toBe(200)
  })

  test('needs a session, and one with a body of its own', async () => {
    expect((await call(t, 'POST /v1/invitations/accept', { body: { token: 'A'.repeat(43) } })).status).toBe(401)
    const { accessToken: token } = await person(t)
    for (const body of [
      {},
      { token: '' },
      { token: 1 },
      { token: 'A'.repeat(43), orgId: 'x' },
      { token: 'A'.repeat(43), roles: ['owner'] },
    ])
      expect((await call(t, 'POST /v1/invitations/accept', { token, body })).status).toBe(422)
  })

  test('is refused when its reader is a member of 500 organisations', async () => {
    const org = await newOrg(t)
    const guest = await person(t)
    const { token } = await inviteTo(t, org, { email: guest.user.email })
    await sql(
      t,
      `INSERT INTO organisations (id, name, slug, settings, version, created_at, updated_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT 'org_many_' || i, 'x', 'many-' || i, '{}', 1, 0, 0 FROM n`,
    )
    await sql(
      t,
      "INSERT INTO org_members (org_id, user_id, joined_at) SELECT id, ?, 0 FROM organisations WHERE id LIKE 'org_many_%'",
      [guest.user.id],
    )
    expect(codeOf(await accept(t, guest.accessToken, token))).toBe('org.too_many')
    await sql(t, "DELETE FROM organisations WHERE id = 'org_many_7'")
    expect((await accept(t, guest.accessToken, token)).status).toBe(200)
  })
})

describe('roles', () => {
  test('must exist at the invitation, and a role that was deleted meanwhile falls away', async () => {
    const org = await newOrg(t)
    expect(codeOf(await ask(org, { email: newAddress(), roles: ['nobody'] }))).toBe('invitation.role_unknown')
    await addRole(t, org.id, 'editor', ['members:read'])
    await addRole(t, org.id, 'viewer', ['members:read'])
    const [one, two] = [await person(t), await person(t)]
    const both = await inviteTo(t, org, { email: one.user.email, roles: ['editor', 'viewer'] })
    const gone = await inviteTo(t, org, { email: two.user.email, roles: ['editor'] })
    await sql(t, "DELETE FROM custom_roles WHERE org_id = ? AND name = 'editor'", [org.id])
    expect((await accept(t, one.accessToken, both.token)).body.roles).toEqual(['viewer'])
    expect((await accept(t, two.accessToken, gone.token)).body.roles).toEqual(['member'])
  })

  test('of another organisation are unknown', async () => {
    const [org, other] = [await newOrg(t), await newOrg(t)]
    await addRole(t, other.id, 'auditor', ['orgs:read'])
    expect(codeOf(await ask(org, { email: newAddress(), roles: ['auditor'] }))).toBe('invitation.role_unknown')
  })

  test('cannot have what the inviter lacks', async () => {
    const org = await newOrg(t)
    const admin = { ...org, token: (await member(t, org.id, ['admin'])).accessToken }
    await addRole(t, org.id, 'recruiter', ['invitations:write'])
    await addRole(t, org.id, 'deleter', ['orgs:delete'])
    await addRole(t, org.id, 'heir', [], 'deleter')
    const recruiter = { ...org, token: (await member(t, org.id, ['recruiter'])).accessToken }
    const plain = { ...org, token: (await member(t, org.id)).accessToken }
    const email = () => newAddress()
    for (const roles of [['owner'], ['deleter'], ['heir'], ['member', 'owner']])
      expect(codeOf(await ask(admin, { email: email(), roles }))).toBe('invitation.role_refused')
    expect((await ask(admin, { email: email(), roles: ['admin'] })).status).toBe(201)
    for (const roles of [['admin'], ['owner'], ['member']])
      expect(codeOf(await ask(recruiter, { email: email(), roles }))).toBe('invitation.role_refused')
    expect((await ask(recruiter, { email: email(), roles: ['recruiter'] })).status).toBe(201)
    expect((await ask(plain, { email: email() })).status).toBe(403)
    for (const roles of [['owner'], ['heir'], ['admin', 'member']])
      expect((await ask(org, { email: email(), roles })).status).toBe(201)
  })

  test('of an administrator of the instance include owner, without a membership', async () => {
    const org = await newOrg(t)
    const admin = await setUpAdmin(t)
    const guest = await person(t)
    const { token } = await inviteTo(
      t,
      { ...org, token: admin.accessToken },
      { email: guest.user.email, roles: ['owner'] },
    )
    expect((await accept(t, guest.accessToken, token)).body.roles).toEqual(['owner'])
  })

  test('other than member require a fresh session', async () => {
    const org = await newOrg(t)
    t.clock.advance(11 * 60_000)
    const token = (
      await call<{ accessToken: string }>(t, 'POST /v1/auth/refresh', {
        body: { refreshToken: org.owner.refreshToken },
      })
    ).body.accessToken
    expect((await ask({ ...org, token }, { email: newAddress() })).status).toBe(201)
    expect(codeOf(await ask({ ...org, token }, { email: newAddress(), roles: ['admin'] }))).toBe(
      'auth.fresh_session_required',
    )
  })

  test('are not given by sending an invitation again, either: without a fresh session, by a key, or against a rule', async () => {
    const org = await newOrg(t)
    const leaving = await member(t, org.id, ['admin'])
    const guest = await person(t)
    const asked = { email: guest.user.email, roles: ['admin'] }
    const { id } = await inviteTo(t, { ...org, token: leaving.accessToken }, asked)
    const key = await makeKey(t, org.token, { orgId: org.id, scopes: ['invitations:write', 'orgs:read'] })
    // The link is void now. Only who may give the role makes another one.
    await removeMember(t, org.id, leaving.user.id)
    const again = (token: string) => call(t, `POST /v1/orgs/${org.id}/invitations/${id}/resend`, { token })
    expect(codeOf(await again(key.key))).toBe('auth.fresh_session_required')
    const admin = await member(t, org.id, ['admin'])
    const rule = { name: 'No domains', effect: 'deny', permissions: ['domains:write'], orgId: org.id }
    const condition = `actor.id == "${admin.user.id}"`
    const made = await call(t, 'POST /v1/policies', { token: org.token, body: { ...rule, condition } })
    expect(made.status, made.text).toBe(201)
    expect(codeOf(await again(admin.accessToken))).toBe('invitation.role_refused')
    t.clock.advance(11 * 60_000)
    const session = { refreshToken: org.owner.refreshToken }
    const { body } = await call<{ accessToken: string }>(t, 'POST /v1/auth/refresh', { body: session })
    expect(codeOf(await again(body.accessToken))).toBe('auth.fresh_session_required')
    await deliver(t)
    const mails = t.mails.filter(({ to }) => to === guest.user.email)
    expect(mails.filter(({ text }) => proofIn(text).page === '/accept-invitation')).toHaveLength(1)
  })
})

describe('an invitation is void when its inviter', () => {
  const changes: [string, (orgId: string, userId: string) => Promise<unknown>][] = [
    ['was removed', (orgId, userId) => removeMember(t, orgId, userId)],
    ['was disabled', (_, userId) => sql(t, "UPDATE users SET status = 'disabled' WHERE id = ?", [userId])],
    ['was deleted', (_, userId) => sql(t, 'DELETE FROM users WHERE id = ?', [userId])],
    [
      'may not invite any more',
      (orgId, userId) =>
        sql(t, "UPDATE org_member_roles SET role = 'member' WHERE org_id = ? AND user_id = ?", [orgId, userId]),
    ],
  ]
  test.each(changes)('%s, until another person sends it again', async (_, change) => {
    const org = await newOrg(t)
    const admin = await member(t, org.id, ['admin'])
    const guest = await person(t)
    const { id, token } = await inviteTo(
      t,
      { ...org, token: admin.accessToken },
      { email: guest.user.email, roles: ['admin'] },
    )
    await change(org.id, admin.user.id)
    t.deps.principals.forgetAll()
    expect(codeOf(await accept(t, guest.accessToken, token))).toBe('invitation.not_found')
    expect(await membershipOf(t, org.id, guest.user.id)).toBeUndefined()
    expect((await call(t, `POST /v1/orgs/${org.id}/invitations/${id}/resend`, { token: org.token })).status).toBe(200)
    expect((await accept(t, guest.accessToken, await tokenFor(t, guest.user.email))).status).toBe(200)
  })

  test('keeps the right to invite but lost a permission of its roles', async () => {
    const org = await newOrg(t)
    await addRole(t, org.id, 'recruiter', ['invitations:write'])
    const admin = await member(t, org.id, ['admin'])
    const guest = await person(t)
    const { id, token } = await inviteTo(
      t,
      { ...org, token: admin.accessToken },
      { email: guest.user.email, roles: ['admin'] },
    )
    await sql(t, "UPDATE org_member_roles SET role = 'recruiter' WHERE org_id = ? AND user_id = ?", [
      org.id,
      admin.user.id,
    ])
    t.deps.principals.forgetAll()
    expect(codeOf(await accept(t, guest.accessToken, token))).toBe('invitation.not_found')
    const path = `POST /v1/orgs/${org.id}/invitations/${id}/resend`
    expect(codeOf(await call(t, path, { token: admin.accessToken }))).toBe('invitation.role_refused')
    expect(codeOf(await accept(t, guest.accessToken, token))).toBe('invitation.not_found')
  })

  test('was an owner of two who invited an owner, and is an admin now', async () => {
    const org = await newOrg(t)
    const second = await member(t, org.id, ['owner'])
    const guest = await person(t)
    const { token } = await inviteTo(
      t,
      { ...org, token: second.accessToken },
      { email: guest.user.email, roles: ['owner'] },
    )
    await sql(t, "UPDATE org_member_roles SET role = 'admin' WHERE org_id = ? AND user_id = ?", [
      org.id,
      second.user.id,
    ])
    expect(codeOf(await accept(t, guest.accessToken, token))).toBe('invitation.not_found')
  })
})

describe('the inviter learns nothing', () => {
  test('about accounts: the answer and the mail are the same', async () => {
    const org = await newOrg(t)
    const known = newAddress('someone')
    await person(t, known)
    await sql(t, "UPDATE users SET locale = 'pt' WHERE email_key = ?", [known])
    await deliver(t)
    const unknown = newAddress('someone')
    const answers = [await ask(org, { email: known }), await ask(org, { email: unknown })]
    const mails = await deliver(t)
    const shapes = answers.map(({ status, body }) => ({
      status,
      body: JSON.stringify(body).replace(/inv_\w+|someone-\d+/g, '…'),
    }))
    expect(shapes[0]).toEqual(shapes[1] as (typeof shapes)[number])
    const texts = mails.map(({ text, subject, html }) =>
      [subject, text, html].map((part) => part.replace(/token=[\w-]+/g, '…')),
    )
    expect(texts).toHaveLength(2)
    expect(texts[0]).toEqual(texts[1] as string[])
    expect(mails.map(({ to }) => to).sort()).toEqual([known, unknown].sort())
  })

  test('the token, which no answer, no list and no row has', async () => {
    const org = await newOrg(t)
    const email = newAddress()
    const made = await ask(org, { email })
    const token = await tokenFor(t, email)
    const listed = await call(t, `GET /v1/orgs/${org.id}/invitations`, { token: org.token })
    const { rows } = await sql(t, 'SELECT * FROM invitations WHERE id = ?', [made.body.id])
    for (const text of [made.text, listed.text, JSON.stringify(rows)]) expect(text).not.toContain(token)
    expect(JSON.stringify(t.logged)).not.toContain(token)
  })
})

describe('mails', () => {
  test('are at most three a day from one organisation to an address, revoked ones included', async () => {
    const org = await newOrg(t)
    const email = newAddress()
    for (let round = 0; round < 3; round++) {
      const { body } = await ask(org, { email })
      await call(t, `DELETE /v1/orgs/${org.id}/invitations/${body.id}`, { token: org.token })
    }
    const refused = await ask(org, { email })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '86400'])
    t.clock.advance(DAY)
  })

  test('are at most twelve a day from all organisations', async () => {
    const owner = await person(t)
    const email = newAddress()
    const statuses: number[] = []
    for (let round = 0; round < 13; round++) statuses.push((await ask(await newOrg(t, owner), { email })).status)
    expect(statuses).toEqual([...Array.from({ length: 12 }, () => 201), 429])
  })

  test('that are sent again are at most twelve a day to an address, from all organisations', async () => {
    const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
    try {
      const owner = await person(limited)
      const token = owner.accessToken
      const email = newAddress()
      const invitations: string[] = []
      for (let round = 0; round < 5; round++) {
        const { id } = await newOrg(limited, owner)
        const made = await call<{ id: string }>(limited, `POST /v1/orgs/${id}/invitations`, { token, body: { email } })
        invitations.push(`/v1/orgs/${id}/invitations/${made.body.id}`)
      }
      await deliver(limited)
      const statuses: Record<number, number> = {}
      for (let round = 0; round < 3; round++)
        for (const path of invitations) {
          const { status } = await call(limited, `POST ${path}/resend`, { token })
          statuses[status] = (statuses[status] ?? 0) + 1
        }
      expect(statuses).toEqual({ 200: 12, 429: 3 })
      expect(await deliver(limited)).toHaveLength(12)
    } finally {
      await limited.close()
    }
  })

  test('show names of strangers as text that no mail program makes a link of', async () => {
    const owner = await person(t)
    await call(t, 'PATCH /v1/me', {
      token: owner.accessToken,
      body: { name: 'Win at https://evil.example <b>now</b>' },
    })
    const org = await newOrg(t, owner)
    await sql(t, "UPDATE organisations SET name = 'evil.example/prize' WHERE id = ?", [org.id])
    t.deps.principals.forgetAll()
    await deliver(t)
    await ask(org, { email: newAddress() })
    const mail = (await deliver(t)).at(-1)
    expect(mail?.subject).not.toContain('evil')
    expect(mail?.text).not.toMatch(/evil\.example/)
    expect(mail?.html).not.toMatch(/evil\.example|<b>now/)
    expect(proofIn(mail?.text ?? '').page).toBe('/accept-invitation')
  })

  test('are in the language of the inviter', async () => {
    const org = await newOrg(t)
    await deliver(t)
    await ask(org, { email: newAddress() }, { headers: { 'accept-language': 'pt-BR' } })
    expect((await deliver(t)).at(-1)?.subject).toContain('convite')
  })
})

describe('an address', () => {
  test('has one open invitation in an organisation, of twenty at once', async () => {
    const org = await newOrg(t)
    const email = newAddress()
    await deliver(t)
    const statuses = await inParallel(t, 20, `POST /v1/orgs/${org.id}/invitations`, {
      token: org.token,
      body: { email },
    })
    expect(statuses).toEqual({ 201: 1, 409: 19 })
    expect(await deliver(t)).toHaveLength(1)
    expect(codeOf(await ask(org, { email: email.toUpperCase() }))).toBe('invitation.pending')
  })

  test('of a member cannot be invited', async () => {
    const org = await newOrg(t)
    expect(codeOf(await ask(org, { email: org.owner.user.email }))).toBe('invitation.already_member')
  })

  test('outside of the domains in the settings is refused, also at the acceptance', async () => {
    const org = await newOrg(t)
    const early = await person(t)
    const { id, token } = await inviteTo(t, org, { email: early.user.email })
    await setSettings(t, org.id, { emailDomains: ['acme.example', 'xn--mnchen-3ya.example'] })
    expect(codeOf(await ask(org, { email: newAddress() }))).toBe('invitation.domain_refused')
    expect(codeOf(await ask(org, { email: 'ada@sub.acme.example' }))).toBe('invitation.domain_refused')
    expect((await ask(org, { email: newAddress('ada', 'ACME.example') })).status).toBe(201)
    expect((await ask(org, { email: newAddress('ada', 'münchen.example') })).status).toBe(201)
    expect(codeOf(await accept(t, early.accessToken, token))).toBe('invitation.domain_refused')
    const path = `POST /v1/orgs/${org.id}/invitations/${id}/resend`
    expect(codeOf(await call(t, path, { token: org.token }))).toBe('invitation.domain_refused')
  })

  test('that is malformed, and other bad bodies, are 422 and echo nothing', async () => {
    const org = await newOrg(t)
    const bodies = [
      {},
      { email: 'nobody' },
      { email: 'a@b.example', roles: [] },
      { email: 'a@b.example', roles: ['member', 'member'] },
      { email: 'a@b.example', roles: 'owner' },
      { email: 'a@b.example', roles: Array.from({ length: 21 }, (_, n) => `r${n}`) },
      { email: 'a@b.example', orgId: 'org_swapped' },
      { email: 'a@b.example', invitedBy: 'usr_swapped' },
      { email: 'usr_1@anonymous.invalid' },
    ]
    for (const body of bodies) {
      const { status, text } = await ask(org, body)
      expect([status, text.includes('swapped')]).toEqual([422, false])
    }
  })
})

describe('the list', () => {
  test('shows open invitations in pages, and who invited', async () => {
    const org = await newOrg(t)
    await call(t, 'PATCH /v1/me', { token: org.token, body: { name: 'Ada' } })
    const emails = [newAddress(), newAddress(), newAddress()]
    for (const email of emails) await ask(org, { email })
    type Page = { items: { email: string; status: string; invitedBy: unknown }[]; nextCursor: string | null }
    const path = `GET /v1/orgs/${org.id}/invitations?limit=2`
    const first = (await call<Page>(t, path, { token: org.token })).body
    const second = (await call<Page>(t, `${path}&cursor=${first.nextCursor}`, { token: org.token })).body
    expect([...first.items, ...second.items].map(({ email }) => email)).toEqual(emails.toReversed())
    expect(first.items[0]).toMatchObject({ status: 'pending', invitedBy: { userId: org.owner.user.id, name: 'Ada' } })
    expect(second.nextCursor).toBeNull()
  })

  test('of one person has what they can accept now', async () => {
    const org = await newOrg(t)
    const guest = await person(t, newAddress(), { verified: false })
    const { token } = await inviteTo(t, org, { email: guest.user.email })
    const mine = async () =>
      (await call<{ items: { org: { id: string } }[] }>(t, 'GET /v1/me/invitations', { token: guest.accessToken })).body
        .items
    expect(await mine()).toEqual([])
    await sql(t, 'UPDATE users SET email_verified = 1 WHERE id = ?', [guest.user.id])
    t.deps.principals.forgetAll()
    expect((await mine()).map(({ org: { id } }) => id)).toEqual([org.id])
    await accept(t, guest.accessToken, token)
    expect(await mine()).toEqual([])
  })

  test('is enough to accept one, by its id, for nobody else and once', async () => {
    const org = await newOrg(t)
    const guest = await person(t, newAddress(), { verified: false })
    const { id } = await inviteTo(t, org, { email: guest.user.email, roles: ['admin'] })
    const accepted = (token: string) => call(t, `POST /v1/me/invitations/${id}/accept`, { token })
    expect((await accepted(org.token)).body.code).toBe('invitation.not_found')
    expect((await accepted((await person(t)).accessToken)).body.code).toBe('invitation.not_found')
    expect((await accepted(guest.accessToken)).body.code).toBe('invitation.email_unverified')
    await sql(t, 'UPDATE users SET email_verified = 1 WHERE id = ?', [guest.user.id])
    t.deps.principals.forgetAll()
    const done = await accepted(guest.accessToken)
    expect([done.status, done.body]).toMatchObject([200, { org: { id: org.id }, roles: ['admin'] }])
    expect((await accepted(guest.accessToken)).body.code).toBe('invitation.already_member')
  })

  test('is accepted by its person alone, not by an administrator in their place', async () => {
    const own = await createTestApp()
    const admin = await setUpAdmin(own)
    const org = await newOrg(own)
    const guest = await person(own)
    const { id, token } = await inviteTo(own, org, { email: guest.user.email })
    const { body } = await call<{ accessToken: string }>(own, `POST /v1/users/${guest.user.id}/impersonate`, {
      token: admin.accessToken,
      body: { reason: 'Ticket 42' },
    })
    const acting = body.accessToken
    const refused = await call(own, `POST /v1/me/invitations/${id}/accept`, { token: acting })
    expect([refused.status, refused.body.code]).toEqual([403, 'auth.fresh_session_required'])
    expect(codeOf(await accept(own, acting, token))).toBe('auth.fresh_session_required')
    expect(await membershipOf(own, org.id, guest.user.id)).toBeUndefined()
    expect((await accept(own, guest.accessToken, token)).status).toBe(200)
    await own.close()
  })
})

test('ids swapped across organisations are 404 and change nothing', async () => {
  const [org, other] = [await newOrg(t), await newOrg(t)]
  const guest = await person(t)
  const { id, token } = await inviteTo(t, org, { email: guest.user.email })
  for (const [method, path] of [
    ['DELETE', `/v1/orgs/${other.id}/invitations/${id}`],
    ['POST', `/v1/orgs/${other.id}/invitations/${id}/resend`],
    ['DELETE', `/v1/orgs/${org.id}/invitations/${id}`],
    ['POST', `/v1/orgs/${org.id}/invitations/${id}/resend`],
    ['GET', `/v1/orgs/${org.id}/invitations`],
  ])
    expect((await call(t, `${method} ${path}`, { token: other.token })).status).toBe(404)
  expect((await accept(t, guest.accessToken, token)).status).toBe(200)
})

test('a repeat with the same Idempotency-Key invites once, and mails once', async () => {
  const org = await newOrg(t)
  await deliver(t)
  const email = newAddress()
  const headers = { 'idempotency-key': 'invite-once' }
  const answers = [await ask(org, { email }, { headers }), await ask(org, { email }, { headers })]
  expect(answers.map(({ status }) => status)).toEqual([201, 201])
  expect(answers[0]?.body.id).toBe(answers[1]?.body.id ?? '')
  expect(await deliver(t)).toHaveLength(1)
})

test('the sweep deletes invitations a month after they expired', async () => {
  const org = await newOrg(t)
  const { id } = await inviteTo(t, org, { email: newAddress() })
  const { sweep } = await import('../../../src/modules/invitations/sweep.ts')
  const left = async () => (await sql(t, 'SELECT id FROM invitations WHERE id = ?', [id])).rows.length
  await t.deps.db.batch([sweep(t.deps.db, t.clock.now() + 36 * DAY, 100).invitations as never])
  expect(await left()).toBe(1)
  await t.deps.db.batch([sweep(t.deps.db, t.clock.now() + 38 * DAY, 1000).invitations as never])
  expect(await left()).toBe(0)
})
