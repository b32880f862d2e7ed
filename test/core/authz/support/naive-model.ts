/**
 * A second model of the evaluator, written from docs/authorization.md without its code: expressions are trees, policies are lists,
 * and nothing is prepared. It has the part of CEL that the property test generates.
 */

export type Path = readonly [root: 'actor' | 'resource' | 'context', ...keys: string[]]
export type Expression =
  | { op: 'literal'; value: string | number | boolean | null }
  | { op: 'field'; path: Path }
  | { op: 'item' }
  | { op: '==' | '!=' | '<' | '<=' | '>' | '>=' | '&&' | '||' | 'in'; left: Expression; right: Expression }
  | { op: '!'; of: Expression }
  | { op: 'has'; path: Path }
  | { op: 'startsWith'; of: Expression; prefix: string }
  | { op: 'all' | 'exists'; path: Path; body: Expression }

export interface NaiveRule {
  id: string
  name: string
  effect: 'allow' | 'deny'
  permissions: string[]
  resourceType: string | null
  expression: Expression
}

export interface NaiveSet {
  orgId: string | null
  roles: { name: string; permissions: string[]; inherits: string | null; builtIn: boolean }[]
  rules: NaiveRule[]
}

export interface NaiveQuestion {
  actor: {
    type: string
    id: string
    instanceRoles: string[]
    orgRoles: string[] | null
    scopes: ReadonlySet<string> | null
    attributes: Record<string, unknown>
  }
  permission: string
  resource: { type: string; id: string | null; attributes: Record<string, unknown> }
  context: Record<string, unknown>
}

export const pathText = (path: Path): string => path.join('.')

export function write(expression: Expression): string {
  switch (expression.op) {
    case 'literal':
      return JSON.stringify(expression.value)
    case 'field':
      return pathText(expression.path)
    case 'item':
      return 'it'
    case '!':
      return `!(${write(expression.of)})`
    case 'has':
      return `has(${pathText(expression.path)})`
    case 'startsWith':
      return `${write(expression.of)}.startsWith(${JSON.stringify(expression.prefix)})`
    case 'all':
    case 'exists':
      return `${pathText(expression.path)}.${expression.op}(it, ${write(expression.body)})`
    default:
      return `(${write(expression.left)} ${expression.op} ${write(expression.right)})`
  }
}

/** `{ fail: path }`: a missing field. `{ fail: null }`: another error. */
type Result = { value: unknown } | { fail: string | null }
const fail: Result = { fail: null }

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function variable(question: NaiveQuestion, root: Path[0]): Record<string, unknown> {
  const { actor, resource, context } = question
  if (root === 'context') return context
  if (root === 'resource')
    return { ...resource.attributes, type: resource.type, ...(resource.id === null ? {} : { id: resource.id }) }
  const { id, type, instanceRoles, orgRoles } = actor
  return { ...actor.attributes, id, type, roles: instanceRoles, orgRoles: orgRoles ?? [] }
}

export function look(question: NaiveQuestion, [root, ...keys]: Path): Result {
  let value: unknown = variable(question, root)
  let text: string = root
  for (const key of keys) {
    text += `.${key}`
    if (!isMap(value) || value[key] === undefined) return { fail: text }
    value = value[key]
  }
  return { value }
}

export function evaluate(expression: Expression, question: NaiveQuestion, item?: unknown): Result {
  const run = (part: Expression): Result => evaluate(part, question, item)
  switch (expression.op) {
    case 'literal':
      return { value: expression.value }
    case 'field':
      return look(question, expression.path)
    case 'item':
      return { value: item }
    case '!': {
      const of = run(expression.of)
      if ('fail' in of) return of
      return typeof of.value === 'boolean' ? { value: !of.value } : fail
    }
    case 'has': {
      const above = expression.path.length > 2 ? look(question, expression.path.slice(0, -1) as unknown as Path) : null
      if (above && 'fail' in above) return above
      return { value: 'value' in look(question, expression.path) }
    }
    case 'startsWith': {
      const of = run(expression.of)
      if ('fail' in of) return of
      return typeof of.value === 'string' ? { value: of.value.startsWith(expression.prefix) } : fail
    }
    case 'all':
    case 'exists':
      return loop(expression, question)
    case '&&':
    case '||':
      return logical(expression.op === '||', run(expression.left), () => run(expression.right))
    default: {
      const [left, right] = [run(expression.left), run(expression.right)]
      if ('fail' in left) return left
      if ('fail' in right) return right
      return compare(expression.op, left.value, right.value)
    }
  }
}

/** An operand that decides alone absorbs the error of the other one. Of two errors the right one is told. */
function logical(deciding: boolean, left: Result, right: () => Result): Result {
  if ('value' in left && left.value === deciding) return left
  const other = right()
  if ('fail' in other) return other
  if (other.value === deciding) return other
  if (typeof other.value !== 'boolean') return fail
  if ('fail' in left) return left
  return typeof left.value === 'boolean' ? other : fail
}

function loop({ op, path, body }: Extract<Expression, { op: 'all' | 'exists' }>, question: NaiveQuestion): Result {
  const list = look(question, path)
  if ('fail' in list) return list
  if (typeof list.value !== 'object' || list.value === null) return fail
  const items: unknown[] = Array.isArray(list.value) ? list.value : Object.keys(list.value)
  const deciding = op === 'exists'
  let firstError: Result | null = null
  for (const each of items) {
    const result = evaluate(body, question, each)
    if ('fail' in result || typeof result.value !== 'boolean') firstError ??= 'fail' in result ? result : fail
    else if (result.value === deciding) return { value: deciding }
  }
  return firstError ?? { value: !deciding }
}

function compare(op: string, left: unknown, right: unknown): Result {
  if (op === 'in') {
    if (Array.isArray(right)) return { value: right.some((each) => same(left, each)) }
    // The library takes a scalar or a list as the text of a key. It fails for a map.
    return isMap(right) && !isMap(left) ? { value: Object.hasOwn(right, String(left)) } : fail
  }
  if (op === '==') return { value: same(left, right) }
  if (op === '!=') return { value: !same(left, right) }
  const comparable = ['number', 'string', 'boolean']
  if (typeof left !== typeof right || !comparable.includes(typeof left)) return fail
  const [a, b] = [left as number, right as number] // of the same type, checked above
  return { value: op === '<' ? a < b : op === '<=' ? a <= b : op === '>' ? a > b : a >= b }
}

const same = (left: unknown, right: unknown): boolean => canonical(left) === canonical(right)
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (isMap(part) ? Object.fromEntries(Object.entries(part).sort()) : part))

export function naivePermissions(set: NaiveSet, roles: readonly string[]): string[] {
  return roles.flatMap((name) => {
    const role = set.roles.find((each) => each.name === name)
    const parent = role?.inherits ? set.roles.find((each) => each.name === role.inherits) : undefined
    return [...(role?.permissions ?? []), ...(parent?.permissions ?? [])]
  })
}

export function relevant({ rules }: NaiveSet, { permission, resource }: NaiveQuestion): NaiveRule[] {
  return rules.filter(
    (rule) =>
      rule.permissions.includes(permission) && (rule.resourceType === null || rule.resourceType === resource.type),
  )
}

interface NaiveDecision {
  allowed: boolean
  decidedBy: Record<string, unknown>
  rule: NaiveRule | null
}

export function naiveDecide(question: NaiveQuestion, instance: NaiveSet, org: NaiveSet | null): NaiveDecision {
  const { actor, permission } = question
  const decided = (allowed: boolean, rule: NaiveRule, more: object): NaiveDecision => ({
    allowed,
    decidedBy: { kind: 'policy', id: rule.id, name: rule.name, effect: rule.effect, ...more },
    rule,
  })
  const why = (result: Result): object =>
    'fail' in result && result.fail !== null ? { reason: 'missing', missing: result.fail } : { reason: 'error' }
  const plain = (allowed: boolean, decidedBy: Record<string, unknown>): NaiveDecision => ({
    allowed,
    decidedBy,
    rule: null,
  })

  if (actor.scopes && !actor.scopes.has(permission)) return plain(false, { kind: 'scope', permission })

  const sets = org ? [instance, org] : [instance]
  for (const set of sets)
    for (const rule of relevant(set, question).filter(({ effect }) => effect === 'deny')) {
      const result = evaluate(rule.expression, question)
      if ('value' in result && result.value === false) continue
      return decided(false, rule, 'value' in result && result.value === true ? {} : why(result))
    }

  for (const set of sets)
    for (const role of (set === instance ? actor.instanceRoles : actor.orgRoles) ?? [])
      if (naivePermissions(set, [role]).includes(permission))
        return plain(true, { kind: 'role', role, orgId: set.orgId, permission })

  const allowing = sets
    .filter((set) => set === instance || actor.orgRoles !== null)
    .flatMap((set) => relevant(set, question))
    .filter(({ effect }) => effect === 'allow')
    .map((rule) => ({ rule, result: evaluate(rule.expression, question) }))
  const isTrue = allowing.find(({ result }) => 'value' in result && result.value === true)
  if (isTrue) return decided(true, isTrue.rule, {})
  const failures = allowing.filter(({ result }) => !('value' in result) || result.value !== false)
  const told = failures.find(({ result }) => 'fail' in result && result.fail !== null) ?? failures[0]
  return told ? decided(false, told.rule, why(told.result)) : plain(false, { kind: 'default' })
}
