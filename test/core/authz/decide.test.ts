/** How a decision is made: docs/authorization.md, step by step. */
import { describe, expect, test } from 'bun:test'
import { decide } from '../../../src/core/authz/decide.ts'
import { permissionsOfRoles } from '../../../src/core/authz/policy-set.ts'
import { instance, ORG, org, question, role, rule } from './support/questions.ts'

const reader = role('reader', ['docs:read'])
const everyone = rule('allow', 'true')

describe('1. scopes of an API key', () => {
  const key = (scopes: string[]) => question({ actor: { instanceRoles: ['reader'], scopes: new Set(scopes) } })

  test('a permission that is not one of them is denied, whatever roles and rules say', () => {
    expect(decide(key(['docs:write']), instance([reader], [everyone]), null)).toEqual({
      allowed: false,
      decidedBy: { kind: 'scope', permission: 'docs:read' },
      facts: [],
    })
  })

  test('a key without scopes may do nothing; a scope alone gives no permission', () => {
    expect(decide(key([]), instance([reader]), null).allowed).toBe(false)
    expect(decide(key(['docs:read']), instance([role('reader', [])]), null).decidedBy).toEqual({ kind: 'default' })
    expect(decide(key(['docs:read']), instance([reader]), null).allowed).toBe(true)
  })

  test('is decided before the deny rules, so their facts are not told', () => {
    const set = instance([reader], [rule('deny', 'resource.secret == true')])
    expect(decide(key([]), set, null).decidedBy.kind).toBe('scope')
  })
})

describe('2. deny rules', () => {
  const actor = { instanceRoles: ['reader'], orgRoles: ['reader'] }
  const locked = (value?: unknown) =>
    question({ actor, resource: { attributes: value === undefined ? {} : { locked: value } } })
  const deny = rule('deny', 'resource.locked')

  test('win over every role and allow rule', () => {
    for (const [first, second] of [
      [instance([reader], [everyone, deny]), org([reader], [everyone])],
      [instance([reader], [everyone]), org([reader], [everyone, deny])],
    ] as const)
      expect(decide(locked(true), first, second)).toEqual({
        allowed: false,
        decidedBy: { kind: 'policy', id: 'pol_deny', name: deny.name, effect: 'deny' },
        facts: [{ path: 'resource.locked', value: true }],
      })
  })

  test('do not apply when the condition is false', () => {
    expect(decide(locked(false), instance([reader], [deny]), null).decidedBy.kind).toBe('role')
  })

  test('deny when a field is missing, and the decision names it', () => {
    expect(decide(locked(), instance([reader], [deny]), null)).toEqual({
      allowed: false,
      decidedBy: {
        kind: 'policy',
        id: 'pol_deny',
        name: deny.name,
        effect: 'deny',
        reason: 'missing',
        missing: 'resource.locked',
      },
      facts: [{ path: 'resource.locked' }],
    })
  })

  test.each([
    ['a result that is not bool', 'resource.locked', 'yes'],
    ['a comparison of different types', 'resource.locked > 1', 'yes'],
    ['a value that is too long', 'resource.locked == "x"', 'x'.repeat(1_001)],
    ['a value that is no JSON', 'resource.locked == "x"', () => 'x'],
    ['a rule that may not be saved, but was', 'resource.locked.matches("(x+)+y")', 'xx'],
    ['a text that is no condition', '((', 'x'],
  ])('deny when the condition fails: %s', (_, condition, value) => {
    const { allowed, decidedBy } = decide(locked(value), instance([reader], [rule('deny', condition)]), null)
    expect(allowed).toBe(false)
    expect(decidedBy).toMatchObject({ kind: 'policy', id: 'pol_deny', reason: 'error' })
  })

  test('apply to their permissions and their type of resource alone', () => {
    const about = (more: object) => instance([reader], [rule('deny', 'true', more)])
    expect(decide(locked(), about({ permissions: ['docs:write'] }), null).allowed).toBe(true)
    expect(decide(locked(), about({ resourceType: 'folder' }), null).allowed).toBe(true)
    expect(decide(locked(), about({ resourceType: 'doc' }), null).allowed).toBe(false)
    expect(decide(locked(), about({ permissions: ['docs:write', 'docs:read'] }), null).allowed).toBe(false)
  })

  test('of an organisation hold for strangers too', () => {
    const stranger = question({ actor: { instanceRoles: ['reader'] } })
    expect(decide(stranger, instance([reader]), org([], [rule('deny', 'true')])).allowed).toBe(false)
  })
})

describe('3. roles', () => {
  test('a role of the instance holds everywhere', () => {
    const asked = question({ actor: { instanceRoles: ['reader'] } })
    const decidedBy = { kind: 'role', role: 'reader', orgId: null, permission: 'docs:read' }
    for (const scope of [null, org()])
      expect<unknown>(decide(asked, instance([reader]), scope)).toEqual({ allowed: true, decidedBy, facts: [] })
  })

  test('a role of the organisation holds for its members, in this organisation', () => {
    const member = question({ actor: { orgRoles: ['reader'] } })
    expect<unknown>(decide(member, instance(), org([reader])).decidedBy).toEqual({
      kind: 'role',
      role: 'reader',
      orgId: ORG,
      permission: 'docs:read',
    })
    expect(decide(member, instance([reader]), null).allowed).toBe(false)
    expect(decide(member, instance([reader]), org()).allowed).toBe(false)
    expect(decide(question({ actor: { instanceRoles: ['reader'] } }), instance(), org([reader])).allowed).toBe(false)
    expect(decide(question(), instance(), org([reader])).allowed).toBe(false)
  })

  test('are inherited one level; a circle ends; an unknown role gives nothing', () => {
    const roles = [
      role('a', ['docs:read'], { inherits: 'c' }),
      role('b', ['docs:write'], { inherits: 'a' }),
      role('c', ['docs:share'], { inherits: 'b' }),
      role('self', ['docs:list'], { inherits: 'self' }),
      role('orphan', [], { inherits: 'nobody' }),
    ]
    const set = instance(roles)
    expect([...permissionsOfRoles(set, ['b'])].sort()).toEqual(['docs:read', 'docs:write'])
    expect([...permissionsOfRoles(set, ['c', 'self'])].sort()).toEqual(['docs:list', 'docs:share', 'docs:write'])
    for (const unknown of ['orphan', 'nobody', '__proto__', 'constructor', 'toString'])
      expect([...permissionsOfRoles(set, [unknown])]).toEqual([])
    expect(permissionsOfRoles(set, []).size).toBe(0)
  })

  test('of two with one name the first counts', () => {
    const heir = role('heir', [], { inherits: 'user' })
    const set = instance([role('user', []), role('user', ['docs:read']), heir])
    for (const held of ['user', 'heir'])
      expect(decide(question({ actor: { instanceRoles: [held] } }), set, null).allowed).toBe(false)
  })
})

describe('4. allow rules', () => {
  const mine = rule('allow', 'resource.owner == actor.id', { id: 'pol_mine' })
  const owned = (owner?: string) => question({ resource: { attributes: owner === undefined ? {} : { owner } } })

  test('allow when the condition is true, with the facts', () => {
    expect(decide(owned('usr_ada'), instance([], [mine]), null)).toEqual({
      allowed: true,
      decidedBy: { kind: 'policy', id: 'pol_mine', name: mine.name, effect: 'allow' },
      facts: [
        { path: 'resource.owner', value: 'usr_ada' },
        { path: 'actor.id', value: 'usr_ada' },
      ],
    })
  })

  test('of an organisation hold for its members alone', () => {
    const member = { ...owned('usr_ada'), actor: { ...owned().actor, orgRoles: [] } }
    expect(decide(member, instance(), org([], [mine])).allowed).toBe(true)
    expect(decide(member, instance(), null).allowed).toBe(false)
    expect(decide(owned('usr_ada'), instance(), org([], [mine])).decidedBy).toEqual({ kind: 'default' })
  })

  test('of the instance hold in every organisation', () => {
    expect(decide(owned('usr_ada'), instance([], [mine]), org()).allowed).toBe(true)
  })
})

describe('5. otherwise', () => {
  test('it is denied', () => {
    for (const scope of [null, org()])
      expect(decide(question(), instance([reader]), scope)).toEqual({
        allowed: false,
        decidedBy: { kind: 'default' },
        facts: [],
      })
  })

  test('a failed allow rule is named, and rather one with a missing field', () => {
    const broken = rule('allow', 'actor.id > 1', { id: 'pol_broken' })
    const missing = rule('allow', 'resource.owner.id == actor.id', { id: 'pol_missing' })
    const no = rule('allow', 'false', { id: 'pol_no' })
    expect(decide(question(), instance([], [no, broken]), null).decidedBy).toMatchObject({
      id: 'pol_broken',
      effect: 'allow',
      reason: 'error',
    })
    const expected = { id: 'pol_missing', reason: 'missing', missing: 'resource.owner' }
    expect(decide(question(), instance([], [broken, no, missing]), null).decidedBy).toMatchObject(expected)
    const member = question({ actor: { orgRoles: [] } })
    expect(decide(member, instance([], [broken]), org([], [missing])).decidedBy).toMatchObject(expected)
    expect(decide(member, instance([], [missing]), org([], [broken])).decidedBy).toMatchObject(expected)
  })

  test('a later allow rule that is true allows, whatever failed before', () => {
    expect(decide(question(), instance([], [rule('allow', 'resource.x'), everyone]), null).allowed).toBe(true)
  })
})
