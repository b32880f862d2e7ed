/** Fields of a question: how a condition finds them, and a question in which one of them has another value. */
import type { Field, Question } from './model.ts'
import { ownValue } from './values.ts'

export type Root = Field['root']
export const roots: readonly Root[] = ['actor', 'resource', 'context']

/** What the question itself says about actor and resource. An attribute of the same name has no effect. */
export const BUILT_IN: Readonly<Record<Root, readonly string[]>> = {
  actor: ['id', 'type', 'roles', 'orgRoles'],
  resource: ['id', 'type'],
  context: [],
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/

/** `owner` below `resource` is `resource.owner`; `a-b` is `resource["a-b"]`. */
export const pathBelow = (path: string, key: string): string =>
  IDENTIFIER.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`

export function fieldOf(root: Root, keys: readonly string[]): Field {
  return { root, keys, path: keys.reduce(pathBelow, root) }
}

/** A field directly below its root: built-in fields first, then attributes. Undefined: missing. */
export function topValue(question: Question, root: Root, key: string): unknown {
  const { actor, resource, context } = question
  if (root === 'context') return ownValue(context, key)
  if (root === 'actor')
    switch (key) {
      case 'id':
        return actor.id
      case 'type':
        return actor.type
      case 'roles':
        return actor.instanceRoles
      case 'orgRoles':
        return actor.orgRoles ?? []
      default:
        return ownValue(actor.attributes, key)
    }
  if (key === 'type') return resource.type
  if (key === 'id') return resource.id ?? undefined
  return ownValue(resource.attributes, key)
}

/** Undefined: missing. */
export function fieldValue(question: Question, { root, keys }: Field): unknown {
  const [first, ...rest] = keys
  if (first === undefined) return undefined
  return rest.reduce<unknown>(ownValue, topValue(question, root, first))
}

/** The same question with another value of an attribute. Maps on the way to it are made if they are missing. */
export function withAttribute(question: Question, { root, keys }: Field, value: unknown): Question {
  if (root === 'context') return { ...question, context: placed(question.context, keys, value) }
  const part = question[root]
  return { ...question, [root]: { ...part, attributes: placed(part.attributes, keys, value) } }
}

function placed(map: unknown, [key, ...rest]: readonly string[], value: unknown): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null)
  if (typeof map === 'object' && map !== null && !Array.isArray(map)) Object.assign(copy, map)
  if (key !== undefined) copy[key] = rest.length === 0 ? value : placed(ownValue(map, key), rest, value)
  return copy
}
