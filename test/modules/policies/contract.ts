import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byAdmin, type Operation } from '../../runtime/round-trips/operation.ts'
import { call, signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { organisation } from '../roles/support/people.ts'

let names = 0
const newRule = () => ({
  name: `rule ${++names}`,
  effect: 'allow',
  permissions: ['roles:read'],
  condition: 'actor.id == "nobody"',
})

/** Asked by an administrator about a new rule. */
const aboutNew = (route: string, status: number, asked: { body?: unknown } = {}): Operation => ({
  route,
  status,
  async prepare({ ask, admin }) {
    const made = { methodAndPath: 'POST /v1/policies', token: await admin(), body: newRule() }
    const { id } = await ask<{ id: string }>(made, 201)
    return { methodAndPath: route.replace(':id', id), token: await admin(), ...asked }
  },
})

export const contract = defineContract({
  access: {
    'GET /v1/policies': 'principal',
    'POST /v1/policies': 'principal',
    'GET /v1/policies/:id': 'principal',
    'PATCH /v1/policies/:id': 'principal',
    'DELETE /v1/policies/:id': 'principal',
  },
  // Of another person: the one given may have a factor by now, so the session is not fresh.
  swappedIds: async (t) => {
    const owner = await signUp(t, `swapped-owner${++names}@example.com`)
    const orgId = await organisation(t, [[owner, 'owner']])
    const made = await call<{ id: string }>(t, 'POST /v1/policies', {
      token: owner.accessToken,
      body: { ...newRule(), orgId },
    })
    const { id } = made.body
    return { 'GET /v1/policies/:id': id, 'PATCH /v1/policies/:id': id, 'DELETE /v1/policies/:id': id }
  },
  writes: {
    // With empty caches: the caller, the rule, and the scope that it belongs to are read one after the other.
    budget: {
      'GET /v1/policies': 2,
      // One more with a resource type.
      'POST /v1/policies': 3,
      'GET /v1/policies/:id': 2,
      'PATCH /v1/policies/:id': 4,
      'DELETE /v1/policies/:id': 3,
    },
    ask: async ({ t, pay, admin }) => {
      const by = { token: await admin() }
      const type = { name: 'paid-policy', attributes: { amount: 'int' } }
      await call(t, 'POST /v1/resource-types', { ...by, body: type })
      const owner = await signUp(t, 'owner-of-rules@example.com')
      const orgId = await organisation(t, [[owner, 'owner']])
      for (const [caller, place] of [
        [by, {}],
        [{ token: owner.accessToken }, { orgId }],
      ] as const) {
        const body = { ...newRule(), ...place, resourceType: type.name, condition: 'resource.amount > 5' }
        await pay('POST /v1/policies', '/v1/policies', { ...caller, body }, 201)
        const query = 'orgId' in place ? `?orgId=${place.orgId}` : ''
        await pay('GET /v1/policies', `/v1/policies${query}`, caller)
        const listed = await call<{ items: { id: string; name: string }[] }>(t, `GET /v1/policies${query}`, caller)
        const path = `/v1/policies/${listed.body.items.find(({ name }) => name === body.name)?.id}`
        await pay('GET /v1/policies/:id', path, caller)
        await pay('PATCH /v1/policies/:id', path, { ...caller, body: { condition: 'resource.amount > 6' } })
        await pay('DELETE /v1/policies/:id', path, caller, 204)
        await pay('DELETE /v1/policies/:id', path, caller, 404)
      }
    },
  },
  roundTrips: [
    byAdmin('GET /v1/policies', 200),
    {
      route: 'POST /v1/policies',
      status: 201,
      prepare: async ({ admin }) => ({
        methodAndPath: 'POST /v1/policies',
        token: await admin(),
        body: newRule(),
      }),
    },
    aboutNew('GET /v1/policies/:id', 200),
    aboutNew('PATCH /v1/policies/:id', 200, { body: { effect: 'allow' } }),
    aboutNew('DELETE /v1/policies/:id', 204),
  ],
  runtime: [
    guarantee(
      'a rule is made, read, changed and deleted, and a hostile condition is refused',
      [
        'GET /v1/policies',
        'POST /v1/policies',
        'GET /v1/policies/:id',
        'PATCH /v1/policies/:id',
        'DELETE /v1/policies/:id',
      ],
      async ({ call: ask, refused, admin }) => {
        const by = { token: (await admin()).accessToken }
        const body = newRule()
        const made = await ask<{ id: string }>('POST /v1/policies', { ...by, body })
        expect(made.status).toBe(201)
        const path = `/v1/policies/${made.body.id}`
        expect((await ask(`GET ${path}`, by)).body).toMatchObject(body)
        const condition = 'actor.id == "nobody else"'
        expect((await ask(`PATCH ${path}`, { ...by, body: { condition } })).body).toMatchObject({ condition })
        const hostile = { condition: 'actor.id.matches("(a+)+$")' }
        await refused(`PATCH ${path}`, 'policy.condition_refused', { ...by, body: hostile })
        const listed = await ask<{ items: { id: string }[] }>('GET /v1/policies', by)
        expect(listed.body.items.map(({ id }) => id)).toContain(made.body.id)
        expect((await ask(`DELETE ${path}`, by)).status).toBe(204)
        await refused(`GET ${path}`, 'policy.not_found', by)
      },
    ),
    guarantee(
      'a rule decides by the attributes of a resource, from its making to its deletion, and says which one it missed',
      ['POST /access/v1/evaluation'],
      async ({ call: ask, admin, signUp: newUser }) => {
        const by = { token: (await admin()).accessToken }
        const { accessToken: token, user } = await newUser()
        const [type, name] = [`bill-${++names}`, `bills:approve${names}`]
        await ask('POST /v1/permissions', { ...by, body: { name } })
        await ask('POST /v1/resource-types', { ...by, body: { name: type, attributes: { amount: 'int' } } })
        const condition = `resource.amount < 1000 && actor.email.endsWith("@example.com") && actor.id == "${user.id}"`
        const decide = async (amount: number) => {
          const body = {
            subject: { type: 'user', id: user.id },
            action: { name },
            resource: { type, id: '1', properties: { amount } },
          }
          const answer = await ask<{ decision: boolean; context: { decisionId: string } }>(
            'POST /access/v1/evaluation',
            { token, body },
          )
          return { decision: answer.body.decision, decisionId: answer.body.context.decisionId }
        }
        expect((await decide(999)).decision).toBeFalse()
        const made = await ask<{ id: string }>('POST /v1/policies', {
          ...by,
          body: { name, effect: 'allow', permissions: [name], resourceType: type, condition },
        })
        expect([made.status, (await decide(999)).decision]).toEqual([201, true])
        const { decision, decisionId } = await decide(1000)
        const explained = await ask('POST /v1/authz/explain', { token, body: { decisionId } })
        expect([decision, explained.body.change]).toMatchObject([false, { kind: 'attribute', path: 'resource.amount' }])
        expect((await ask(`DELETE /v1/policies/${made.body.id}`, by)).status).toBe(204)
        expect((await decide(999)).decision).toBeFalse()
      },
    ),
  ],
})
