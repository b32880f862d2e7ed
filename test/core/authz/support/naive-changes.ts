/** Single changes of a question, enumerated without the code of `explain`, and a change that was named, applied. */
import type { Change } from '../../../../src/core/authz/model.ts'
import { type Expression, type NaiveQuestion, type NaiveSet, type Path, pathText, relevant } from './naive-model.ts'

export interface Asked {
  question: NaiveQuestion
  instance: NaiveSet
  org: NaiveSet | null
}

/** Every part of an expression. */
export function parts(expression: Expression): Expression[] {
  if ('left' in expression) return [expression, ...parts(expression.left), ...parts(expression.right)]
  if ('of' in expression) return [expression, ...parts(expression.of)]
  return 'body' in expression ? [expression, ...parts(expression.body)] : [expression]
}

export const pathsOf = (expression: Expression): Path[] =>
  parts(expression).flatMap((part) => ('path' in part ? [part.path] : []))

const literalsOf = (expression: Expression): unknown[] =>
  parts(expression).flatMap((part) =>
    part.op === 'literal' ? [part.value] : part.op === 'startsWith' ? [part.prefix] : [],
  )

export function setPath(question: NaiveQuestion, path: Path, value: unknown): NaiveQuestion {
  const copy = structuredClone({ ...question, actor: { ...question.actor, scopes: null } })
  const [root, ...keys] = path
  let map: Record<string, unknown> = root === 'context' ? copy.context : copy[root].attributes
  for (const key of keys.slice(0, -1)) {
    const below = map[key]
    const next: Record<string, unknown> =
      typeof below === 'object' && below !== null && !Array.isArray(below) ? (below as Record<string, unknown>) : {}
    map[key] = next
    map = next
  }
  map[keys.at(-1) ?? ''] = value
  return { ...copy, actor: { ...copy.actor, scopes: question.actor.scopes } }
}

const BUILT_IN = ['actor.id', 'actor.type', 'actor.roles', 'actor.orgRoles', 'resource.id', 'resource.type']

/** The changes of each rank, the smallest first: attributes of resource and context, of the actor, roles or membership, permissions. */
export function* changes({ question, instance, org }: Asked): Generator<Asked & { rank: number }> {
  const { actor, permission } = question
  const isMember = actor.orgRoles !== null
  const rules = [
    ...relevant(instance, question),
    ...(org ? relevant(org, question).filter(({ effect }) => isMember || effect === 'deny') : []),
  ]
  for (const rule of rules)
    for (const path of pathsOf(rule.expression)) {
      if (BUILT_IN.includes(pathText(path))) continue
      const literals = rules
        .filter(({ expression }) => pathsOf(expression).some((each) => pathText(each) === pathText(path)))
        .flatMap(({ expression }) => literalsOf(expression))
      const numbers = literals.filter((value) => typeof value === 'number').flatMap((value) => [value + 1, value - 1])
      for (const value of [...literals, ...numbers, true, false, [], ...literals.map((literal) => [literal])])
        yield { question: setPath(question, path, value), instance, org, rank: path[0] === 'actor' ? 1 : 0 }
    }
  for (const { name } of org?.roles ?? [])
    yield {
      question: { ...question, actor: { ...actor, orgRoles: [...(actor.orgRoles ?? []), name] } },
      instance,
      org,
      rank: 2,
    }
  for (const { name } of instance.roles)
    yield {
      question: { ...question, actor: { ...actor, instanceRoles: [...actor.instanceRoles, name] } },
      instance,
      org,
      rank: 3,
    }
  const give = (set: NaiveSet, held: readonly string[]): NaiveSet[] =>
    set.roles
      .filter(({ name, builtIn }) => held.includes(name) && !builtIn)
      .map((role) => ({
        ...set,
        roles: set.roles.map((each) =>
          each === role ? { ...role, permissions: [...role.permissions, permission] } : each,
        ),
      }))
  for (const set of org ? give(org, actor.orgRoles ?? []) : []) yield { question, instance, org: set, rank: 4 }
  for (const set of give(instance, actor.instanceRoles)) yield { question, instance: set, org, rank: 4 }
  if (actor.scopes)
    yield {
      question: { ...question, actor: { ...actor, scopes: new Set([...actor.scopes, permission]) } },
      instance,
      org,
      rank: 0,
    }
}

/** What is asked after the change, by the words of the change alone. */
export function applied({ question, instance, org }: Asked, change: Change): Asked & { rank: number } {
  const { actor } = question
  if (change.kind === 'attribute') {
    const path = change.path.split('.') as unknown as Path // the test has no other names
    return { question: setPath(question, path, change.value), instance, org, rank: path[0] === 'actor' ? 1 : 0 }
  }
  if (change.kind === 'permission' && 'of' in change) {
    const scopes = new Set([...(actor.scopes ?? []), change.permission])
    return { question: { ...question, actor: { ...actor, scopes } }, instance, org, rank: 0 }
  }
  if (change.kind === 'permission') {
    const give = (set: NaiveSet): NaiveSet => ({
      ...set,
      roles: set.roles.map((role) =>
        role.name === change.role ? { ...role, permissions: [...role.permissions, change.permission] } : role,
      ),
    })
    return change.orgId === null
      ? { question, instance: give(instance), org, rank: 4 }
      : { question, instance, org: org && give(org), rank: 4 }
  }
  if (change.orgId === null)
    return {
      question: { ...question, actor: { ...actor, instanceRoles: [...actor.instanceRoles, change.role] } },
      instance,
      org,
      rank: 3,
    }
  if (change.orgId !== org?.orgId) throw new Error('a role of another organisation')
  if ((change.kind === 'membership') !== (actor.orgRoles === null)) throw new Error('membership is for strangers')
  return {
    question: { ...question, actor: { ...actor, orgRoles: [...(actor.orgRoles ?? []), change.role] } },
    instance,
    org,
    rank: 2,
  }
}
