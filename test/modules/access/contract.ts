import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { type Operation, plain } from '../../runtime/round-trips/operation.ts'
import { signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'

const about = (id: string) => ({
  subject: { type: 'user', id },
  action: { name: 'users:read' },
  resource: { type: 'org', id: 'org_00000000000000000000000000000000' },
})
const routes = ['evaluation', 'evaluations', 'search/resource', 'search/action'].map(
  (path) => `POST /access/v1/${path}` as const,
)

/** Asked by the owner of an organisation about themselves there. Permitted: a denial is also written, after the answer. */
const aboutOneself = (route: string): Operation => ({
  route,
  status: 200,
  prepare: async ({ signUp, ask }) => {
    const { accessToken: token, user } = await signUp()
    const { id } = await ask<{ id: string }>({ methodAndPath: 'POST /v1/orgs', token, body: { name: 'Acme' } }, 201)
    const body = { ...about(user.id), action: { name: 'members:read' }, resource: { type: 'org', id } }
    return { methodAndPath: route, token, body }
  },
})

export const contract = defineContract({
  access: {
    'GET /.well-known/authzen-configuration': 'public',
    'POST /access/v1/evaluation': 'principal',
    'POST /access/v1/evaluations': 'principal',
    'POST /access/v1/search/subject': 'principal',
    'POST /access/v1/search/resource': 'principal',
    'POST /access/v1/search/action': 'principal',
  },
  writes: {
    budget: {
      'GET /.well-known/authzen-configuration': 0,
      'POST /access/v1/evaluation': 2,
      'POST /access/v1/evaluations': 2,
      'POST /access/v1/search/subject': 2,
      'POST /access/v1/search/resource': 2,
      'POST /access/v1/search/action': 2,
    },
    ask: async ({ t, pay, admin }) => {
      const { user } = await signUp(t, 'subject@example.com')
      // An answer that permits. A denial is also written, after the answer.
      await t.deps.db.$client.execute(`INSERT INTO user_roles (user_id, role) VALUES ('${user.id}', 'admin')`)
      const body = about(user.id)
      await pay('GET /.well-known/authzen-configuration', '/.well-known/authzen-configuration')
      for (const path of ['evaluation', 'evaluations', 'search/subject', 'search/resource', 'search/action'])
        await pay(`POST /access/v1/${path}`, `/access/v1/${path}`, { token: await admin(), body })
    },
  },
  roundTrips: [
    plain('GET /.well-known/authzen-configuration'),
    ...routes.map(aboutOneself),
    {
      route: 'POST /access/v1/search/subject',
      status: 200,
      prepare: async ({ admin }) => ({
        methodAndPath: 'POST /access/v1/search/subject',
        token: await admin(),
        body: { ...about('x'), resource: { type: 'users', id: '1' } },
      }),
    },
  ],
  runtime: [
    guarantee(
      'an application asks for decisions and searches (AuthZEN)',
      ['GET /.well-known/authzen-configuration', 'POST /access/v1/search/subject', ...routes],
      async (tools) => {
        const metadata = await tools.call('GET /.well-known/authzen-configuration')
        expect(metadata.body.access_evaluation_endpoint).toMatch(/\/access\/v1\/evaluation$/)
        const { accessToken: token, user } = await tools.signUp()
        const admin = await tools.admin()
        const asked = { ...about(user.id), resource: { type: 'users', id: '1' } }
        for (const caller of [token, admin.accessToken]) {
          const { body } = await tools.call('POST /access/v1/evaluation', { token: caller, body: asked })
          expect(body).toMatchObject({ decision: false, context: { reason: 'default' } })
        }
        await tools.refused('POST /access/v1/evaluation', 'access.request_invalid', { token, body: {} })
        const { subject: _, ...rest } = asked
        const evaluations = [{ subject: asked.subject }, { subject: { type: 'user', id: admin.user.id } }]
        const both = await tools.call<{ evaluations: { decision: boolean }[] }>('POST /access/v1/evaluations', {
          token: admin.accessToken,
          body: { ...rest, evaluations },
        })
        expect(both.body.evaluations.map(({ decision }) => decision)).toEqual([false, true])
        await tools.refused('POST /access/v1/evaluations', 'auth.forbidden', { token, body: { ...rest, evaluations } })
        const subjects = await tools.call<{ results: object[] }>('POST /access/v1/search/subject', {
          token: admin.accessToken,
          body: asked,
        })
        expect(subjects.body.results).toContainEqual({ type: 'user', id: admin.user.id })
        const orgs = { ...asked, resource: { type: 'org' } }
        expect((await tools.call('POST /access/v1/search/resource', { token, body: orgs })).body.results).toEqual([])
        expect((await tools.call('POST /access/v1/search/action', { token, body: asked })).body.results).toEqual([])
      },
    ),
  ],
})
