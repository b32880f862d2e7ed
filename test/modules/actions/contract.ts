import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin, type Operation } from '../../runtime/round-trips/operation.ts'
import { call } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { decides, startProgram } from './support/program.ts'

/** Disabled: other tests of the same server sign up. */
const body = { trigger: 'sign_up', url: 'https://hooks.example.com/before', enabled: false }

/** Asked by an administrator about a new action, which is deleted afterwards: there are few. */
const aboutNew = (route: string, status: number, asked: { body?: unknown } = {}): Operation => ({
  route,
  status,
  async prepare({ ask, admin }) {
    const token = await admin()
    const { items } = await ask<{ items: { id: string }[] }>({ methodAndPath: 'GET /v1/actions', token }, 200)
    for (const { id } of items) await ask({ methodAndPath: `DELETE /v1/actions/${id}`, token }, 204)
    const url = 'https://127.0.0.1/before'
    const { id } = await ask<{ id: string }>({ methodAndPath: 'POST /v1/actions', token, body: { ...body, url } }, 201)
    return { methodAndPath: route.replace(':id', id), token, ...asked }
  },
})

export const contract = defineContract({
  access: {
    'GET /v1/actions': 'actions:read',
    'POST /v1/actions': 'actions:write',
    'GET /v1/actions/:id': 'actions:read',
    'PATCH /v1/actions/:id': 'actions:write',
    'DELETE /v1/actions/:id': 'actions:write',
    'POST /v1/actions/:id/rotate-secret': 'actions:write',
    'POST /v1/actions/:id/test': 'actions:write',
  },
  writes: {
    budget: {
      'GET /v1/actions': 2,
      'POST /v1/actions': 2,
      'GET /v1/actions/:id': 2,
      'PATCH /v1/actions/:id': 2,
      'DELETE /v1/actions/:id': 2,
      'POST /v1/actions/:id/rotate-secret': 3, // the old secret stays for a while
      'POST /v1/actions/:id/test': 2,
    },
    ask: async ({ t, pay, admin }) => {
      const token = await admin()
      await pay('POST /v1/actions', '/v1/actions', { token, body }, 201)
      await pay('GET /v1/actions', '/v1/actions', { token })
      const listed = await call<{ items: { id: string }[] }>(t, 'GET /v1/actions', { token })
      const path = `/v1/actions/${listed.body.items[0]?.id}`
      await pay('GET /v1/actions/:id', path, { token })
      await pay('PATCH /v1/actions/:id', path, { token, body: { name: 'x' } })
      await pay('POST /v1/actions/:id/rotate-secret', `${path}/rotate-secret`, { token, body: {} })
      await pay('POST /v1/actions/:id/test', `${path}/test`, { token })
      await pay('DELETE /v1/actions/:id', path, { token }, 204)
      await pay('DELETE /v1/actions/:id', path, { token }, 404)
    },
  },
  roundTrips: [
    byAdmin('GET /v1/actions', 200),
    { ...aboutNew('POST /v1/actions', 201, { body: { ...body, url: 'https://127.0.0.1/before' } }) },
    aboutNew('GET /v1/actions/:id', 200),
    aboutNew('PATCH /v1/actions/:id', 200, { body: { name: 'x' } }),
    aboutNew('DELETE /v1/actions/:id', 204),
    aboutNew('POST /v1/actions/:id/rotate-secret', 200, { body: {} }),
    aboutNew('POST /v1/actions/:id/test', 200),
  ],
  runtime: [
    guarantee(
      'an action is set up, asks its program with a signature that verifies, and ends',
      [
        'GET /v1/actions',
        'POST /v1/actions',
        'GET /v1/actions/:id',
        'PATCH /v1/actions/:id',
        'DELETE /v1/actions/:id',
        'POST /v1/actions/:id/rotate-secret',
        'POST /v1/actions/:id/test',
      ],
      async ({ call: ask, refused, admin }) => {
        const program = await startProgram()
        try {
          const by = { token: (await admin()).accessToken }
          const asked = { ...body, url: program.url }
          const made = await ask<{ id: string; secret: string }>('POST /v1/actions', { ...by, body: asked })
          expect(made.status).toBe(201)
          const path = `/v1/actions/${made.body.id}`
          program.answer = decides({ decision: 'deny', reason: 'Not on the list' })
          const tested = await ask(`POST ${path}/test`, by)
          expect(tested.body).toMatchObject({ outcome: 'deny', reason: 'Not on the list', status: 200 })
          expect(program.verify(made.body.secret, Date.now())).toMatchObject({ type: 'action.sign_up' })
          const rotated = await ask<{ secret: string }>(`POST ${path}/rotate-secret`, { ...by, body: {} })
          program.answer = (_, response) => response.writeHead(302, { location: program.url }).end()
          expect((await ask(`POST ${path}/test`, by)).body).toMatchObject({ outcome: 'failed', status: 302 })
          for (const secret of [made.body.secret, rotated.body.secret]) program.verify(secret, Date.now())
          expect(program.asked).toHaveLength(2)
          const elsewhere = { url: 'http://hooks.example.com/' }
          await refused(`PATCH ${path}`, 'action.url_refused', { ...by, body: elsewhere })
          expect((await ask(`PATCH ${path}`, { ...by, body: { timeoutMs: 500 } })).body).toMatchObject({
            timeoutMs: 500,
          })
          expect((await ask(`GET ${path}`, by)).body).toMatchObject({ ...asked, timeoutMs: 500, onFailure: 'deny' })
          const listed = await ask<{ items: { id: string }[] }>('GET /v1/actions', by)
          expect(listed.body.items.map(({ id }) => id)).toContain(made.body.id)
          expect((await ask(`DELETE ${path}`, by)).status).toBe(204)
          await refused(`GET ${path}`, 'action.not_found', by)
        } finally {
          program.stop()
        }
      },
    ),
  ],
})
