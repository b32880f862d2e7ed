/** People and organisations for tests. */
import { PASSWORD, call, type Session, signUp } from '../../../support/client.ts'
import type { TestApp } from '../../../support/test-app.ts'
import { deliver, proofIn } from '../../proofs/support/mail.ts'

let people = 0
export const newAddress = (name = 'person', domain = 'example.com') => `${name}-${++people}@${domain}`

/** A person with a verified address, in a fresh session. */
export async function person(t: TestApp, email = newAddress(), { verified = true } = {}): Promise<Session> {
  const session = await signUp(t, email)
  if (verified) await sql(t, 'UPDATE users SET email_verified = 1 WHERE id = ?', [session.user.id])
  t.deps.principals.forgetAll()
  return session
}

export const sql = (t: TestApp, text: string, args: (string | number | null)[] = []) =>
  t.deps.db.$client.execute({ sql: text, args })

export interface OwnedOrg {
  id: string
  owner: Session
  token: string
}

export async function newOrg(t: TestApp, owner?: Session): Promise<OwnedOrg> {
  const by = owner ?? (await person(t))
  const made = await call<{ id: string }>(t, 'POST /v1/orgs', {
    token: by.accessToken,
    body: { name: `Org ${++people}` },
  })
  if (made.status !== 201) throw new Error(made.text)
  return { id: made.body.id, owner: by, token: by.accessToken }
}

/** Makes a member with these roles, by SQL. */
export async function addMember(t: TestApp, orgId: string, userId: string, roles = ['member']): Promise<void> {
  await sql(t, 'INSERT INTO org_members (org_id, user_id, joined_at) VALUES (?, ?, 0)', [orgId, userId])
  for (const role of roles)
    await sql(t, 'INSERT INTO org_member_roles (org_id, user_id, role) VALUES (?, ?, ?)', [orgId, userId, role])
  t.deps.principals.forgetAll()
}

export async function member(t: TestApp, orgId: string, roles = ['member'], email = newAddress()): Promise<Session> {
  const session = await person(t, email)
  await addMember(t, orgId, session.user.id, roles)
  return session
}

export async function removeMember(t: TestApp, orgId: string, userId: string): Promise<void> {
  await sql(t, 'DELETE FROM org_member_roles WHERE org_id = ? AND user_id = ?', [orgId, userId])
  await sql(t, 'DELETE FROM org_members WHERE org_id = ? AND user_id = ?', [orgId, userId])
  t.deps.principals.forgetAll()
}

export async function addRole(
  t: TestApp,
  orgId: string,
  name: string,
  permissions: string[],
  inherits: string | null = null,
) {
  await sql(
    t,
    'INSERT INTO custom_roles (id, org_id, name, permissions, inherits, mfa_required, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 0, 0, 0)',
    [`rol_${name}_${orgId}`, orgId, name, JSON.stringify(permissions), inherits],
  )
  t.deps.principals.forgetAll()
}

export async function setSettings(t: TestApp, orgId: string, settings: Record<string, unknown>): Promise<void> {
  await sql(t, 'UPDATE organisations SET settings = ? WHERE id = ?', [JSON.stringify(settings), orgId])
  t.deps.principals.forgetAll()
}

export async function membershipOf(t: TestApp, orgId: string, userId: string): Promise<string[] | undefined> {
  const { rows } = await sql(t, 'SELECT 1 FROM org_members WHERE org_id = ? AND user_id = ?', [orgId, userId])
  if (rows.length === 0) return undefined
  const held = await sql(t, 'SELECT role FROM org_member_roles WHERE org_id = ? AND user_id = ? ORDER BY role', [
    orgId,
    userId,
  ])
  return held.rows.map(({ role }) => String(role))
}

export interface Invited {
  id: string
  token: string
}

/** Invites, and reads the token of the mail. */
export async function inviteTo(
  t: TestApp,
  org: { id: string; token: string },
  body: { email: string; roles?: string[] },
): Promise<Invited> {
  const answer = await call<{ id: string }>(t, `POST /v1/orgs/${org.id}/invitations`, { token: org.token, body })
  if (answer.status !== 201) throw new Error(`invite: ${answer.status} ${answer.text}`)
  return { id: answer.body.id, token: await tokenFor(t, body.email) }
}

/** Delivers what is queued, and returns the token of the last invitation to this address. */
export async function tokenFor(t: TestApp, email: string): Promise<string> {
  const mail = (await deliver(t)).findLast(
    ({ to, text }) => to === email && proofIn(text).page === '/accept-invitation',
  )
  if (!mail) throw new Error(`no invitation to ${email}`)
  return proofIn(mail.text).token
}

export const accept = (t: TestApp, token: string, invitation: string) =>
  call<{ org?: { id: string }; roles?: string[]; code?: string }>(t, 'POST /v1/invitations/accept', {
    token,
    body: { token: invitation },
  })

export { PASSWORD }
