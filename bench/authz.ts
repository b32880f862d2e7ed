/** The evaluator in memory: roles, rules, and rules that were written to be slow. */
import { Environment } from '@marcbachmann/cel-js'
import { isAllowed } from '../src/core/authz/authorize.ts'
import { checkCondition, compileCondition } from '../src/core/authz/condition.ts'
import { decide } from '../src/core/authz/decide.ts'
import { explain } from '../src/core/authz/explain.ts'
import type { Question, RoleDefinition, Rule } from '../src/core/authz/model.ts'
import { compilePolicySet } from '../src/core/authz/compile-policy-set.ts'
import { INSTANCE, type Scope } from '../src/core/authz/scope.ts'
import type { Actor } from '../src/deps.ts'
import { hostileConditions, hostileQuestion } from '../test/core/authz/support/hostile-conditions.ts'
import { BenchError } from './bench-error.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const HOSTILE_RULES = 1_000
const CONDITION = 'resource.owner == actor.id && resource.size < 1000'

const roles: RoleDefinition[] = ['owner', 'admin', 'member'].map((name, index) => ({
  name,
  permissions: Array.from({ length: 60 - 20 * index }, (_, number) => `noun${number}:read`),
  inherits: null,
  builtIn: true,
}))

const question: Question = {
  actor: { type: 'user', id: 'usr_1', instanceRoles: ['user'], orgRoles: ['member'], scopes: null, attributes: {} },
  permission: 'noun7:read',
  resource: { type: 'doc', id: 'doc_1', attributes: { owner: 'usr_1', size: 10, status: 'open' } },
  context: {},
}

const rule = (condition: string, index = 0): Rule => ({
  id: `pol_${index}`,
  name: `Rule ${index}`,
  effect: 'allow',
  permissions: ['docs:read'],
  resourceType: 'doc',
  condition,
})

/** A principal as the guards have it. */
const actor: Actor = {
  kind: 'service-account',
  id: 'usr_1',
  sessionId: null,
  orgId: null,
  actingFor: null,
  roles: ['user'],
  memberships: new Map([['org_1', ['member']]]),
  scopes: null,
  limiterKey: 'usr_1',
}
const scopeOf = (id: string, policies: Scope['policies']): Scope => ({ id, org: null, policies, mfaRoles: new Set() })

export async function measureAuthz(options: ScenarioOptions): Promise<Report> {
  const instance = compilePolicySet({ orgId: null, roles: [], rules: [] })
  const org = compilePolicySet({ orgId: 'org_1', roles, rules: [] })
  const reading = { ...question, permission: 'docs:read' }
  const one = compilePolicySet({ orgId: null, roles: [], rules: [rule(CONDITION)] })
  const nine = Array.from({ length: 9 }, (_, index) => rule(`resource.owner == "usr_${index + 2}"`, index + 1))
  const ten = compilePolicySet({ orgId: null, roles: [], rules: [...nine, rule(CONDITION)] })
  const denied = { ...reading, resource: { ...reading.resource, attributes: { owner: 'usr_99', size: 5_000 } } }

  const guarded = { instance: scopeOf(INSTANCE, instance), org: scopeOf('org_1', org) }
  const denying = { ...rule('actor.id == "usr_2"'), effect: 'deny' as const, permissions: [question.permission] }
  const ruled = scopeOf(
    'org_1',
    compilePolicySet({ orgId: 'org_1', roles, rules: [{ ...denying, resourceType: null }] }),
  )

  const permissions = new Set(roles[2]?.permissions)
  const environment = new Environment().registerVariable('actor', 'map').registerVariable('resource', 'map')
  const bare = environment.parse(CONDITION)
  const variables = { actor: { id: 'usr_1' }, resource: question.resource.attributes }

  const results = await interleave(options, {
    lookup: perCall(options, () => permissions.has(question.permission)),
    cel: perCall(options, () => bare(variables) === true),
    roles: perCall(options, () => decide(question, instance, org).allowed),
    rule: perCall(options, () => decide(reading, one, org).allowed),
    rules: perCall(options, () => decide(reading, ten, org).allowed),
    guard: perCall(options, () => isAllowed(actor, question.permission, guarded.instance, guarded.org)),
    guardWithRule: perCall(options, () => isAllowed(actor, question.permission, guarded.instance, ruled)),
    explained: perCall(options, () => explain(denied, ten, org).change?.kind === 'attribute'),
    hostile: async () => hostileMs(hostileConditions.map(({ condition }) => condition)),
    slowest: async () => hostileMs(accepted),
  })
  return {
    scenario: 'authz',
    comparisons: [
      {
        name: 'decision by a role',
        unit: 'µs',
        ours: { name: 'decide', values: results.roles },
        reference: { name: 'a lookup in a Set', values: results.lookup },
      },
      {
        name: 'decision by one rule',
        unit: 'µs',
        ours: { name: 'decide', values: results.rule },
        reference: { name: 'cel-js alone', values: results.cel },
      },
      {
        name: 'decision by the last of ten rules',
        unit: 'µs',
        ours: { name: 'decide', values: results.rules },
        reference: { name: 'cel-js alone, once', values: results.cel },
      },
    ],
    figures: [
      { name: 'decision by a role', unit: 'µs', below: 2, values: results.roles },
      { name: 'decision by one rule', unit: 'µs', below: 10, values: results.rule },
      { name: 'question of a guard, by a role', unit: 'µs', below: 2, values: results.guard },
      { name: 'question of a guard, by a role and one rule', unit: 'µs', below: 10, values: results.guardWithRule },
      { name: 'explanation of a denial, ten rules', unit: 'µs', below: 5_000, values: results.explained },
      {
        name: `${HOSTILE_RULES} hostile rules, checked and evaluated`,
        unit: 'ms',
        below: 2_000,
        values: results.hostile,
      },
      { name: `${HOSTILE_RULES} hostile rules that may be saved`, unit: 'ms', below: 2_000, values: results.slowest },
    ],
    checks: ['Every decision of a round was the expected one.'],
  }
}

const accepted = hostileConditions
  .map(({ condition }) => condition)
  .filter((condition) => compileCondition(condition) !== null)

/** µs for each call. The calls are counted in batches, so the clock costs nothing. */
function perCall({ seconds }: ScenarioOptions, call: () => boolean): () => Promise<number> {
  const BATCH = 200
  return async () => {
    let calls = 0
    const start = performance.now()
    const end = start + seconds * 250
    let now = start
    for (; now < end; now = performance.now()) {
      for (let index = 0; index < BATCH; index++)
        if (!call()) throw new BenchError('A decision was not the expected one', '')
      calls += BATCH
    }
    return ((now - start) * 1_000) / calls
  }
}

/** ms to check 1,000 rules as when they are saved, and to evaluate those that are accepted, with the largest values. */
function hostileMs(conditions: readonly string[]): number {
  const start = performance.now()
  for (let index = 0; index < HOSTILE_RULES; index++) {
    const condition = conditions[index % conditions.length] ?? ''
    if (checkCondition(condition).ok) compileCondition(condition)?.evaluate(hostileQuestion)
  }
  return performance.now() - start
}
