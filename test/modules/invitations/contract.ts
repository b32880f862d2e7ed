import { PASSWORD } from '../../runtime/round-trips/account.ts'
import { byUser, inOwnOrg, type Operation } from '../../runtime/round-trips/operation.ts'
import { call, signUp } from '../../support/client.ts'
import { defineContract, LINK } from '../../support/contract.ts'
import { newestProof } from '../../support/queued-mail.ts'
import { invitationCases } from './runtime-cases.ts'

let people = 0

/** Asked by the owner of a new organisation, in a session that no cache knows, about a new invitation. */
const ofInvitation = (route: string, status: number): Operation => ({
  route,
  status,
  async prepare({ signUp: newPerson, ask }) {
    const { accessToken: token, user } = await newPerson()
    const { id } = await ask<{ id: string }>({ methodAndPath: 'POST /v1/orgs', token, body: { name: 'Acme' } }, 201)
    const body = { email: `guest-of-${user.email}` }
    const invite = { methodAndPath: `POST /v1/orgs/${id}/invitations`, token, body }
    const invited = await ask<{ id: string }>(invite, 201)
    const signIn = { methodAndPath: 'POST /v1/auth/sign-in', body: { email: user.email, password: PASSWORD } }
    const { accessToken } = await ask<{ accessToken: string }>(signIn, 200)
    return { methodAndPath: route.replace(':id', id).replace(':invitationId', invited.id), token: accessToken }
  },
})

export const contract = defineContract({
  access: {
    'GET /v1/orgs/:id/invitations': 'invitations:read in org',
    'POST /v1/orgs/:id/invitations': 'invitations:write in org',
    'POST /v1/orgs/:id/invitations/:invitationId/resend': 'invitations:write in org',
    'DELETE /v1/orgs/:id/invitations/:invitationId': 'invitations:write in org',
    'GET /v1/invitations/by-token': 'public',
    'POST /v1/invitations/accept': 'session',
    'GET /v1/me/invitations': 'session',
    'POST /v1/me/invitations/:invitationId/accept': 'session',
  },
  swappedIds: async (t, { user }) => {
    const { accessToken: token } = await signUp(t, 'inviter-of-swapped@example.com')
    const org = await call<{ id: string }>(t, 'POST /v1/orgs', { token, body: { name: 'Acme' } })
    const body = { email: user.email }
    const made = await call<{ id: string }>(t, `POST /v1/orgs/${org.body.id}/invitations`, { token, body })
    return { 'POST /v1/me/invitations/:invitationId/accept': made.body.id }
  },
  orgIds: async (t, { accessToken: token }, orgId) => {
    const body = { email: `swapped-guest${++people}@example.com` }
    const made = await call<{ id: string }>(t, `POST /v1/orgs/${orgId}/invitations`, { token, body })
    const invitationId = made.body.id
    return {
      'POST /v1/orgs/:id/invitations/:invitationId/resend': { invitationId },
      'DELETE /v1/orgs/:id/invitations/:invitationId': { invitationId },
    }
  },
  writes: {
    budget: {
      'GET /v1/orgs/:id/invitations': 2,
      'POST /v1/orgs/:id/invitations': 2,
      'POST /v1/orgs/:id/invitations/:invitationId/resend': 3, // the mail needs the address
      'DELETE /v1/orgs/:id/invitations/:invitationId': 2,
      'GET /v1/invitations/by-token': 1,
      'POST /v1/invitations/accept': 2,
      'GET /v1/me/invitations': 2,
      'POST /v1/me/invitations/:invitationId/accept': 2,
    },
    ask: async ({ t, pay }) => {
      const { accessToken: token } = await signUp(t, 'inviter@example.com')
      const { accessToken: guest, user } = await signUp(t, 'invited@example.com')
      await t.deps.db.$client.execute({ sql: 'UPDATE users SET email_verified = 1 WHERE id = ?', args: [user.id] })
      const { id } = (await call<{ id: string }>(t, 'POST /v1/orgs', { token, body: { name: 'Acme' } })).body
      const path = `/v1/orgs/${id}/invitations`
      const body = { email: user.email }
      await pay('POST /v1/orgs/:id/invitations', path, { token, body }, 201)
      await pay('POST /v1/orgs/:id/invitations', path, { token, body }, 409)
      await pay('GET /v1/orgs/:id/invitations', path, { token })
      await pay('GET /v1/me/invitations', '/v1/me/invitations', { token: guest })
      const listed = await call<{ items: { id: string }[] }>(t, `GET ${path}`, { token })
      const one = `${path}/${listed.body.items[0]?.id}`
      await pay('POST /v1/orgs/:id/invitations/:invitationId/resend', `${one}/resend`, { token })
      const proof = (await newestProof(t.deps)).token
      const reading = { headers: { 'invitation-token': proof } }
      await pay('GET /v1/invitations/by-token', '/v1/invitations/by-token', reading)
      const accepted = { token: guest, body: { token: proof } }
      await pay('POST /v1/invitations/accept', '/v1/invitations/accept', accepted)
      await pay('POST /v1/invitations/accept', '/v1/invitations/accept', accepted, 409)
      await pay('DELETE /v1/orgs/:id/invitations/:invitationId', one, { token }, 404)
      const own = `/v1/me/invitations/${listed.body.items[0]?.id}/accept`
      await pay('POST /v1/me/invitations/:invitationId/accept', own, { token: guest }, 409)
    },
  },
  roundTrips: [
    inOwnOrg('GET /v1/orgs/:id/invitations', 200),
    inOwnOrg('POST /v1/orgs/:id/invitations', 201, { body: { email: 'guest@example.com', roles: ['member'] } }),
    ofInvitation('POST /v1/orgs/:id/invitations/:invitationId/resend', 200),
    ofInvitation('DELETE /v1/orgs/:id/invitations/:invitationId', 204),
    byUser('GET /v1/me/invitations', 200),
    ofInvitation('POST /v1/me/invitations/:invitationId/accept', 404), // it is for another address
    {
      route: 'GET /v1/invitations/by-token',
      status: 404,
      prepare: async () => ({
        methodAndPath: 'GET /v1/invitations/by-token',
        headers: { 'invitation-token': 'A'.repeat(43) },
      }),
    },
    byUser('POST /v1/invitations/accept', 404, { body: { token: 'A'.repeat(43) } }),
  ],
  runtime: invitationCases,
  mails: {
    invitation: { org: 'Acme', inviter: 'Ada Lovelace', link: LINK, minutes: 7 * 24 * 60 },
  },
})
