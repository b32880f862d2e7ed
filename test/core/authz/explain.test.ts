/** The smallest change that would allow. `model.test.ts` has the same for random policies. */
import { describe, expect, test } from 'bun:test'
import { attributeCandidates } from '../../../src/core/authz/attribute-candidates.ts'
import { decide } from '../../../src/core/authz/decide.ts'
import { explain } from '../../../src/core/authz/explain.ts'
import type { Change, PolicySet, Question } from '../../../src/core/authz/model.ts'
import { instance, ORG, org, question, role, rule } from './support/questions.ts'

const changeFor = (asked: Question, set: PolicySet, scope: PolicySet | null = null): Change | null =>
  explain(asked, set, scope).change

const attribute = (path: string, value: unknown): Change => ({ kind: 'attribute', path, value })
const allowIf = (condition: string) => instance([], [rule('allow', condition)])

test('an explanation is the decision with a change; what is allowed needs none', () => {
  const set = allowIf('resource.status == "open"')
  const asked = question({ resource: { attributes: { status: 'draft' } } })
  expect(explain(asked, set, null)).toEqual({
    ...decide(asked, set, null),
    change: attribute('resource.status', 'open'),
  })
  expect(changeFor(question({ resource: { attributes: { status: 'open' } } }), set)).toBeNull()
})

describe('an attribute', () => {
  const resource = {
    attributes: {
      size: 50,
      shared: false,
      tags: ['a'],
      labels: ['x', 'y'],
      due: '2026-01-01T00:00:00Z',
      owner: { id: 'usr_bob' },
    },
  }
  test.each<[string, string, unknown]>([
    ['resource.size < 10', 'resource.size', 9],
    ['resource.size >= 60', 'resource.size', 60],
    ['resource.shared', 'resource.shared', true],
    ['!(resource.size > 1)', 'resource.size', 1],
    ['resource.kind in ["report", "letter"]', 'resource.kind', 'report'],
    ['"b" in resource.tags', 'resource.tags', ['a', 'b']],
    ['!("a" in resource.tags)', 'resource.tags', []],
    ['size(resource.tags) == 0', 'resource.tags', []],
    ['resource.labels.all(l, l != "x") && size(resource.labels) == 1', 'resource.labels', ['y']],
    ['resource.tags.exists(t, t.startsWith("fin"))', 'resource.tags', ['a', 'fin']],
    ['resource.owner.id == actor.id', 'resource.owner.id', 'usr_ada'],
    ['resource.team.id == "sales"', 'resource.team.id', 'sales'],
    ['context.network.startsWith("10.")', 'context.network', '10.'],
    ['timestamp(resource.due) > timestamp("2026-11-01T00:00:00Z")', 'resource.due', '2026-11-01T00:00:01.000Z'],
    ['actor.level >= 3', 'actor.level', 3],
    ['resource["a-b"] == 1', 'resource["a-b"]', 1],
  ])('for %s', (condition, path, value) => {
    expect(changeFor(question({ resource }), allowIf(condition))).toEqual(attribute(path, value))
  })

  test('keeps its type where a value of this type suffices', () => {
    const open = (status: unknown) => question({ resource: { attributes: { status } } })
    for (const status of ['locked', null])
      expect(changeFor(open(status), allowIf('resource.status != "locked" && resource.status != null'))).toEqual(
        attribute('resource.status', ''),
      )
    expect(changeFor(open(7), allowIf('resource.status == "open" || resource.status == 8'))).toEqual(
      attribute('resource.status', 8),
    )
    expect(changeFor(open(7), allowIf('resource.status.startsWith("o")'))).toEqual(attribute('resource.status', 'o'))
  })

  test('of the resource or the context goes before one of the actor', () => {
    const set = instance(
      [],
      [rule('allow', 'actor.level == 1', { id: 'pol_1' }), rule('allow', 'context.hour == 9', { id: 'pol_2' })],
    )
    expect(changeFor(question(), set)).toEqual(attribute('context.hour', 9))
  })

  test('ids and types are never changed', () => {
    for (const condition of ['actor.id == "usr_bob"', 'resource.id == "doc_2"', 'resource.type == "folder"'])
      expect(changeFor(question(), allowIf(condition))).toBeNull()
    const asked = question({ resource: { attributes: { owner: 'usr_bob' } } })
    expect(changeFor(asked, allowIf('actor.id == resource.owner'))).toEqual(attribute('resource.owner', 'usr_ada'))
  })

  test('lifts a deny rule only if the question is then allowed', () => {
    const reader = role('reader', ['docs:read'])
    const locked = rule('deny', 'resource.status == "locked"')
    const asked = (roles: string[]) =>
      question({ actor: { instanceRoles: roles }, resource: { attributes: { status: 'locked' } } })
    expect(changeFor(asked(['reader']), instance([reader], [locked]))?.kind).toBe('attribute')
    expect(changeFor(asked([]), instance([reader], [locked]))).toBeNull()
    const open = rule('allow', 'resource.status == "open"')
    expect(changeFor(asked([]), instance([], [locked, open]))).toEqual(attribute('resource.status', 'open'))
  })

  test('that a deny rule misses is named', () => {
    const set = instance([role('reader', ['docs:read'])], [rule('deny', '!actor.emailVerified')])
    const asked = question({ actor: { instanceRoles: ['reader'] } })
    expect(explain(asked, set, null)).toMatchObject({
      decidedBy: { reason: 'missing', missing: 'actor.emailVerified' },
      change: attribute('actor.emailVerified', true),
    })
  })

  test('two that are wrong are no single change', () => {
    expect(changeFor(question(), allowIf('resource.a == 1 && resource.b == 2'))).toBeNull()
  })
})

describe('a role', () => {
  const roles = [
    role('owner', ['docs:read', 'docs:write', 'docs:share'], { builtIn: true }),
    role('editor', ['docs:write'], { inherits: 'reader' }),
    role('reader', ['docs:read']),
    role('guest', []),
  ]

  test('has the fewest additional permissions', () => {
    expect(changeFor(question({ actor: { orgRoles: ['guest'] } }), instance(roles), org(roles))).toEqual({
      kind: 'role',
      role: 'reader',
      orgId: ORG,
    })
  })

  test('is of the organisation if it has one that suffices, else of the instance', () => {
    const asked = question({ actor: { orgRoles: [] } })
    expect(changeFor(asked, instance([role('reader', ['docs:read'])]), org([roles[0] ?? role('', [])]))).toEqual({
      kind: 'role',
      role: 'owner',
      orgId: ORG,
    })
    expect(changeFor(asked, instance(roles), org([role('guest', [])]))).toEqual({
      kind: 'role',
      role: 'reader',
      orgId: null,
    })
    expect(changeFor(question(), instance(roles))).toEqual({ kind: 'role', role: 'reader', orgId: null })
  })

  test('for a stranger is the membership with the smallest role', () => {
    expect(changeFor(question(), instance(roles), org(roles))).toEqual({
      kind: 'membership',
      orgId: ORG,
      role: 'reader',
    })
  })

  test('does not help against a deny rule, unless the rule reads the roles', () => {
    const asked = question({ actor: { orgRoles: [] } })
    expect(changeFor(asked, instance(), org(roles, [rule('deny', 'true')]))).toBeNull()
    const onlyReaders = rule('deny', '!("reader" in actor.orgRoles)')
    expect(changeFor(asked, instance(), org(roles, [onlyReaders]))).toEqual({
      kind: 'role',
      role: 'reader',
      orgId: ORG,
    })
  })
})

describe('a permission', () => {
  test('is added to a role that the actor holds and that is not built in', () => {
    const held = question({ actor: { instanceRoles: ['user', 'support'], orgRoles: ['member', 'guest'] } })
    const global = [role('user', [], { builtIn: true }), role('support', [])]
    expect(changeFor(held, instance(global), org([role('member', [], { builtIn: true }), role('guest', [])]))).toEqual({
      kind: 'permission',
      permission: 'docs:read',
      role: 'guest',
      orgId: ORG,
    })
    expect(changeFor(held, instance(global), org([role('member', [], { builtIn: true })]))).toEqual({
      kind: 'permission',
      permission: 'docs:read',
      role: 'support',
      orgId: null,
    })
  })

  test('is the scope of a key, if that alone suffices', () => {
    const key = (instanceRoles: string[]) => question({ actor: { instanceRoles, scopes: new Set(['docs:write']) } })
    const set = instance([role('reader', ['docs:read'])])
    expect(changeFor(key(['reader']), set)).toEqual({ kind: 'permission', permission: 'docs:read', of: 'api-key' })
    expect(changeFor(key([]), set)).toBeNull()
  })
})

test('nothing helps where no role and no rule knows the permission', () => {
  expect(changeFor(question(), instance(), org())).toBeNull()
  expect(
    changeFor(question({ actor: { orgRoles: [] } }), instance([role('user', [])]), org([role('member', [])])),
  ).toBeNull()
})

test('a search over many expensive rules ends: its evaluations are limited', () => {
  const list = Array.from({ length: 100 }, (_, index) => `item ${index}`)
  const rules = Array.from({ length: 300 }, (_, index) =>
    rule('allow', `resource.tags.exists(t, t == "never ${index}" && actor.level == ${index})`, {
      id: `pol_${index}`,
    }),
  )
  let evaluations = 0
  const level = () => {
    evaluations++
    return -1
  }
  const attributes = Object.defineProperty({}, 'level', { enumerable: true, get: level })
  const asked = question({ actor: { attributes }, resource: { attributes: { tags: list } } })
  expect(changeFor(asked, instance([], rules))).toBeNull()
  expect(evaluations).toBeGreaterThan(300)
  expect(evaluations).toBeLessThan(5_000)
})

test('a hundred rules that read the same fields name the values of each once', () => {
  const names = Array.from({ length: 30 }, (_, index) => `resource.f${index}`)
  const rules = Array.from({ length: 100 }, (_, index) => rule('deny', `size([${names.join(',')}]) != ${index + 100}`))
  let reads = 0
  const attributes = new Proxy(Object.fromEntries(names.map((name) => [name.slice('resource.'.length), ['x']])), {
    get(target, key) {
      reads++
      return Reflect.get(target, key)
    },
  })
  const asked = question({ resource: { attributes } })
  const set = instance([], rules)
  const [first] = attributeCandidates(asked, set.rules, set.rules[0] ?? null, ['resource'])
  expect(first?.field.path).toBe('resource.f0')
  expect(reads).toBe(names.length)
})
