/** Random policies and questions: the evaluator and its explanations against a second model (`support/naive-model.ts`). */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { decide } from '../../../src/core/authz/decide.ts'
import { explain } from '../../../src/core/authz/explain.ts'
import type { PolicySet } from '../../../src/core/authz/model.ts'
import { compilePolicySet } from '../../../src/core/authz/compile-policy-set.ts'
import { permissionsOfRoles } from '../../../src/core/authz/policy-set.ts'
import { type Asked, applied, changes, parts, pathsOf } from './support/naive-changes.ts'
import {
  type Expression,
  look,
  type NaiveRule,
  type NaiveSet,
  naiveDecide,
  naivePermissions,
  type Path,
  pathText,
  write,
} from './support/naive-model.ts'

/** .ci/run sets 100: 10,000 policies. */
const RUNS = 100 * Number(process.env.PROPERTY_RUNS ?? 20)

const PERMISSIONS = ['docs:read', 'docs:write', 'docs:share']
const TEXTS = ['open', 'locked', 'sales', 'usr_1', 'lo']
const permission = fc.constantFrom(...PERMISSIONS)
const text = fc.constantFrom(...TEXTS)
const count = fc.integer({ min: -1, max: 4 })

const textPath = fc.constantFrom<Path[]>(
  ['resource', 'status'],
  ['resource', 'owner', 'id'],
  ['resource', 'type'],
  ['actor', 'department'],
  ['actor', 'id'],
  ['context', 'network'],
)
const numberPath = fc.constantFrom<Path[]>(['resource', 'size'], ['actor', 'level'], ['context', 'hour'])
const boolPath = fc.constantFrom<Path[]>(['resource', 'shared'], ['actor', 'emailVerified'])
const listPath = fc.constantFrom<Path[]>(
  ['resource', 'tags'],
  ['actor', 'groups'],
  ['actor', 'roles'],
  ['actor', 'orgRoles'],
)
const anyPath = fc.oneof(textPath, numberPath, boolPath, listPath)
const field = (path: Path): Expression => ({ op: 'field', path })
const literal = (value: string | number | boolean | null): Expression => ({ op: 'literal', value })

const equality = fc.constantFrom('==' as const, '!=' as const)
const order = fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const, '==' as const, '!=' as const)
const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.record({ op: equality, left: textPath.map(field), right: text.map(literal) }),
  fc.record({ op: equality, left: textPath.map(field), right: textPath.map(field) }),
  fc.record({ op: order, left: numberPath.map(field), right: count.map(literal) }),
  fc.record({ op: order, left: numberPath.map(field), right: numberPath.map(field) }),
  fc.record({ op: fc.constant('in' as const), left: text.map(literal), right: listPath.map(field) }),
  fc.record({ op: fc.constant('in' as const), left: textPath.map(field), right: listPath.map(field) }),
  fc.record({ op: equality, left: boolPath.map(field), right: fc.constantFrom(true, false, null).map(literal) }),
  boolPath.map(field),
  anyPath.map((path): Expression => ({ op: 'has', path })),
  fc.record({ op: fc.constant('startsWith' as const), of: textPath.map(field), prefix: text }),
  fc.record({
    op: fc.constantFrom('all' as const, 'exists' as const),
    path: listPath,
    body: fc.oneof(
      fc.record({ op: equality, left: fc.constant<Expression>({ op: 'item' }), right: text.map(literal) }),
      fc.record({ op: equality, left: fc.constant<Expression>({ op: 'item' }), right: textPath.map(field) }),
      fc.record({
        op: fc.constant('startsWith' as const),
        of: fc.constant<Expression>({ op: 'item' }),
        prefix: text,
      }),
    ),
  }),
)
const { expression: anyExpression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ op: fc.constantFrom('&&' as const, '||' as const), left: tie('expression'), right: tie('expression') }),
    fc.record({ op: fc.constant('!' as const), of: tie('expression') }),
  ),
}))

/** More macros than that are refused when a rule is saved. */
const expression = anyExpression.filter(
  (each) => parts(each).filter(({ op }) => op === 'all' || op === 'exists').length <= 3,
)

const resourceType = fc.constantFrom('doc', 'folder')
const rules = (prefix: string): fc.Arbitrary<NaiveRule[]> =>
  fc
    .array(
      fc.record({
        effect: fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const),
        permissions: fc.uniqueArray(permission, { minLength: 1 }),
        resourceType: fc.oneof(fc.constant(null), resourceType),
        expression,
      }),
      { maxLength: 4 },
    )
    .map((list) => list.map((rule, index) => ({ id: `${prefix}${index}`, name: `Rule ${index}`, ...rule })))

const roles = (names: string[]) =>
  fc
    .tuple(
      ...names.map((name) =>
        fc.record({
          name: fc.constant(name),
          permissions: fc.uniqueArray(permission, { maxLength: 2 }),
          inherits: fc.oneof(fc.constant(null), fc.constantFrom(...names, 'unknown')),
          builtIn: fc.boolean(),
        }),
      ),
      fc.nat({ max: names.length }),
    )
    .map((all) => {
      const size = all.pop() as number // the last of the tuple
      return (all as NaiveSet['roles']).slice(0, size)
    })

/** Sometimes missing, sometimes of another type. */
const mixed = (usual: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(null, 2, 'open', true, [], {}) })
const attributes = (shape: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(Object.fromEntries(Object.entries(shape).map(([key, usual]) => [key, mixed(usual)])), { requiredKeys: [] })
const tags = fc.array(text, { maxLength: 3 })

const asked: fc.Arbitrary<Asked> = fc.record({
  question: fc.record({
    actor: fc.record({
      type: fc.constant('user'),
      id: fc.constantFrom('usr_1', 'usr_2'),
      instanceRoles: fc.uniqueArray(fc.constantFrom('admin', 'user', 'support', 'unknown'), { maxLength: 2 }),
      orgRoles: fc.oneof(fc.constant(null), fc.uniqueArray(fc.constantFrom('owner', 'member', 'unknown'))),
      scopes: fc.oneof(
        { weight: 4, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.uniqueArray(permission).map((list) => new Set(list)) },
      ),
      attributes: attributes({ department: text, level: count, emailVerified: fc.boolean(), groups: tags, id: text }),
    }),
    permission,
    resource: fc.record({
      type: resourceType,
      id: fc.oneof(fc.constant(null), text),
      attributes: attributes({
        status: text,
        size: count,
        shared: fc.boolean(),
        tags,
        owner: attributes({ id: text }),
      }),
    }),
    context: attributes({ network: text, hour: count }),
  }),
  instance: fc.record({
    orgId: fc.constant(null),
    roles: roles(['admin', 'user', 'support']),
    rules: rules('pol_i'),
  }),
  org: fc.oneof(
    fc.constant(null),
    fc.record({ orgId: fc.constant('org_1'), roles: roles(['owner', 'member']), rules: rules('pol_o') }),
  ),
})

const compiled = ({ orgId, roles, rules }: NaiveSet): PolicySet => {
  const set = compilePolicySet({
    orgId,
    roles,
    rules: rules.map(({ expression, ...rule }) => ({ ...rule, condition: write(expression) })),
  })
  expect(set.rules.filter((rule) => rule.compiled === null).map(({ condition }) => condition)).toEqual([])
  return set
}

const naively = ({ question, instance, org }: Asked) => naiveDecide(question, instance, org)

test('random policies: a decision, its reason and its facts are those of the second model', () => {
  fc.assert(
    fc.property(asked, (each) => {
      const expected = naively(each)
      const decision = decide(each.question, compiled(each.instance), each.org && compiled(each.org))
      expect(decision.allowed).toBe(expected.allowed)
      expect<unknown>(decision.decidedBy).toEqual(expected.decidedBy)
      const paths = new Map(
        expected.rule ? pathsOf(expected.rule.expression).map((path) => [pathText(path), path]) : [],
      )
      const facts = [...paths].map(([path, keys]) => {
        const found = look(each.question, keys)
        return 'value' in found ? { path, value: found.value } : { path }
      })
      expect<unknown>(decision.facts).toEqual(facts)
    }),
    { numRuns: RUNS },
  )
})

test('random policies: the change of an explanation allows, none is smaller, and without one no single change allows', () => {
  const kinds = new Set<string>()
  fc.assert(
    fc.property(asked, (each) => {
      const { change, ...decision } = explain(each.question, compiled(each.instance), each.org && compiled(each.org))
      expect<unknown>(decision.decidedBy).toEqual(naively(each).decidedBy)
      if (decision.allowed) return expect(change).toBeNull()
      kinds.add(change ? `${change.kind}${'of' in change ? ' of a key' : ''}` : 'none')
      const named = change && applied(each, change)
      if (named) expect(naively(named).allowed).toBe(true)
      for (const other of changes(each))
        if (named === null || other.rank < named.rank) expect([other, naively(other).allowed]).toEqual([other, false])
    }),
    { numRuns: RUNS },
  )
  // Each kind of change was drawn; otherwise the property says less than it seems to.
  expect([...kinds].sort()).toEqual(['attribute', 'membership', 'none', 'permission', 'permission of a key', 'role'])
})

test('random roles: their permissions are their own and those they inherit, one level', () => {
  fc.assert(
    fc.property(
      roles(['owner', 'admin', 'member']),
      fc.uniqueArray(fc.constantFrom('owner', 'admin', 'other')),
      (all, held) => {
        const set = { orgId: null, roles: all, rules: [] }
        const expected = new Set(naivePermissions(set, held))
        expect(new Set(permissionsOfRoles(compilePolicySet(set), held))).toEqual(expected)
      },
    ),
    { numRuns: RUNS },
  )
})
