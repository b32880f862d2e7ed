import { expect } from 'bun:test'
import { guarantee, type RuntimeCase } from '../../runtime/case.ts'

export const invitationCases: RuntimeCase[] = [
  guarantee(
    'an invitation by mail makes the owner of its address a member, once',
    [
      'GET /v1/orgs/:id/invitations',
      'POST /v1/orgs/:id/invitations',
      'POST /v1/orgs/:id/invitations/:invitationId/resend',
      'DELETE /v1/orgs/:id/invitations/:invitationId',
      'GET /v1/invitations/by-token',
      'POST /v1/invitations/accept',
      'GET /v1/me/invitations',
      'POST /v1/me/invitations/:invitationId/accept',
    ],
    async ({ call, refused, signUp, newEmail, proofFor, client }) => {
      const { accessToken: token } = await signUp()
      const { id } = (await call<{ id: string }>('POST /v1/orgs', { token, body: { name: 'Inviting' } })).body
      const path = `/v1/orgs/${id}/invitations`
      const email = newEmail()
      const made = await call<{ id: string }>(`POST ${path}`, { token, body: { email, roles: ['admin'] } })
      expect(made.status).toBe(201)
      await refused(`POST ${path}`, 'invitation.pending', { token, body: { email } })
      await refused(`POST ${path}`, 'invitation.role_unknown', { token, body: { email: newEmail(), roles: ['x'] } })
      const proof = await proofFor(email)
      const listed = await call<{ items: { email: string }[] }>(`GET ${path}`, { token })
      expect(listed.body.items.map((item) => item.email)).toEqual([email])
      const reading = { headers: { 'invitation-token': proof.token } }
      expect((await call('GET /v1/invitations/by-token', reading)).body).toMatchObject({
        org: { id, name: 'Inviting' },
      })
      const wrong = { headers: { 'invitation-token': 'A'.repeat(43) } }
      await refused('GET /v1/invitations/by-token', 'invitation.not_found', wrong)
      const body = { email, password: 'correct horse battery staple' }
      const guest = (await call<{ accessToken: string; user: { id: string } }>('POST /v1/auth/sign-up', { body })).body
      await client.execute({ sql: 'UPDATE users SET email_verified = 1 WHERE id = ?', args: [guest.user.id] })
      const by = { token: guest.accessToken }
      const mine = await call<{ items: { org: { id: string } }[] }>('GET /v1/me/invitations', by)
      expect(mine.body.items.map(({ org }) => org.id)).toEqual([id])
      await refused('POST /v1/invitations/accept', 'invitation.not_found', { ...by, body: { token: 'A'.repeat(43) } })
      const accepted = await call('POST /v1/invitations/accept', { ...by, body: { token: proof.token } })
      expect(accepted.body).toMatchObject({ org: { id }, roles: ['admin'] })
      await refused('POST /v1/invitations/accept', 'invitation.already_member', { ...by, body: { token: proof.token } })
      const own = `POST /v1/me/invitations/${made.body.id}/accept`
      await refused(own, 'invitation.already_member', by)
      await refused(own, 'invitation.not_found', { token })
      await refused(`DELETE ${path}/${made.body.id}`, 'invitation.not_found', { token })
      const other = await call<{ id: string }>(`POST ${path}`, { token, body: { email: newEmail() } })
      expect((await call(`POST ${path}/${other.body.id}/resend`, { token })).status).toBe(200)
      expect((await call(`DELETE ${path}/${other.body.id}`, { token })).status).toBe(204)
    },
  ),
]
