/**
 * The walk over a parsed condition. It refuses what the library would evaluate without a limit, and finds the fields and literals.
 * The library limits the structure of an expression alone: `matches` and nested macros take seconds.
 */
import type { ASTNode } from '@marcbachmann/cel-js'
import { BUILT_IN, fieldOf, pathBelow, type Root, roots } from './fields.ts'
import { FUNCTIONS, LOOPS, METHODS } from './functions.ts'
import type { Field } from './model.ts'
import { JOIN_STEPS, joinedSteps, product, sizeOf } from './sizes.ts'
import { MAX_ITEMS, PROTOTYPE_KEYS } from './values.ts'

export const MAX_NODES = 200
export const MAX_DEPTH = 20
/** Steps that one evaluation takes at most, for values of the largest size. */
export const MAX_STEPS = 30_000

const DEEP_EQUALITY_STEPS = 300
/** An error costs about 4 µs. `||`, `&&` and macros catch the errors of their operands, so one evaluation can have many. */
const ERROR_STEPS = 80
/** An evaluation prepares each field that the condition names. */
const FIELD_STEPS = 20
const MAX_INTEGER = 2n ** 63n - 1n
/** Such as `-1h30m`. The parser of the library takes cubic time for a long text of digits. */
const DURATION = /^-?(?:\d{1,9}(?:\.\d{1,9})?(?:ns|us|ms|s|m|h)){1,6}$/

export interface Inspection {
  readonly reasons: readonly string[]
  readonly fields: readonly Field[]
  readonly literals: readonly unknown[]
  /** The path of every access, for errors. */
  readonly paths: ReadonlyMap<object, string>
  /** Of one evaluation, without what the loops take. */
  readonly steps: number
  readonly loops: readonly Loop[]
}

/** A macro over the items of a field. */
export interface Loop {
  /** Null: the number of items is not known before. */
  readonly field: Field | null
  readonly stepsPerItem: number
}

/** `field` while the keys of a node are known, `path` also behind an index or an item of a list. */
interface Place {
  readonly path: string
  readonly field: Field | null
}

interface Scope {
  /** The variable of the macro around the node, and the path of its items. */
  readonly item: { readonly name: string; readonly path: string | null } | null
}

/** `declared`: the names of the attributes of the resource; null: not limited. */
export function inspect(ast: ASTNode, declared: ReadonlySet<string> | null): Inspection {
  const walk = new Walk(declared)
  const steps = walk.visit(ast, 1, { item: null }) + ERROR_STEPS + FIELD_STEPS * walk.fields.size
  if (walk.loops.reduce((sum, { stepsPerItem }) => sum + MAX_ITEMS * stepsPerItem, steps) > MAX_STEPS)
    walk.refuse('It can take too long: it reads lists or texts too often.')
  return {
    reasons: [...walk.reasons],
    fields: [...walk.fields.values()],
    literals: [...walk.literals.values()],
    paths: walk.paths,
    steps,
    loops: walk.loops,
  }
}

class Walk {
  readonly reasons = new Set<string>()
  readonly fields = new Map<string, Field>()
  readonly literals = new Map<string, unknown>()
  readonly paths = new Map<object, string>()
  readonly loops: Loop[] = []
  #nodes = 0

  constructor(readonly declared: ReadonlySet<string> | null) {}

  refuse(reason: string): 0 {
    this.reasons.add(reason)
    return 0
  }

  /** The steps of one evaluation of the node. A chain of one logical operator is one level. */
  visit(node: ASTNode, depth: number, scope: Scope): number {
    if (++this.#nodes > MAX_NODES) return this.refuse(`It has more than ${MAX_NODES} parts.`)
    if (depth > MAX_DEPTH) return this.refuse(`It is nested more than ${MAX_DEPTH} levels deep.`)
    const below = (child: ASTNode): number => this.visit(child, depth + 1, scope)
    switch (node.op) {
      case 'value':
        return this.#literal(node.args)
      case 'id':
        return this.#variable(node.args, scope)
      case '.':
      case '[]': {
        const { steps, place } = this.#access(node, depth, scope)
        if (place?.field) this.fields.set(place.field.path, place.field)
        return steps
      }
      case '&&':
      case '||':
        return node.args.reduce(
          (sum, arg) => sum + this.visit(arg, arg.op === node.op ? depth : depth + 1, scope),
          ERROR_STEPS,
        )
      case '!_':
        return 1 + below(node.args)
      case '-_':
        this.#negative(node.args)
        return 1 + below(node.args)
      case '?:':
        return node.args.reduce((sum, arg) => sum + below(arg), 1)
      case 'list':
        return this.#list(node.args, below)
      case 'map':
        if (node.args.length > MAX_ITEMS) this.refuse(`A map has more than ${MAX_ITEMS} entries.`)
        return node.args.reduce((sum, [key, value]) => sum + below(key) + below(value), 1)
      case 'call':
        return this.#call(node.args[0], node.args[1], below)
      case 'rcall':
        return LOOPS.has(node.args[0])
          ? this.#loop(node.args, depth, scope)
          : this.#method(node.args[0], node.args[1], node.args[2], below)
      case '.?':
      case '[?]':
        return this.refuse('Optional access is not supported.')
      case '==':
      case '!=':
        return equalitySteps(node.args, scope) + below(node.args[0]) + below(node.args[1])
      case 'in':
        return 100 * sizeOf(node.args[1]) + below(node.args[0]) + below(node.args[1])
      case '+':
        return JOIN_STEPS * (sizeOf(node) - 1) + below(node.args[0]) + below(node.args[1])
      default:
        return 2 + joinedSteps(node.args) + below(node.args[0]) + below(node.args[1])
    }
  }

  #literal(value: unknown): number {
    if (typeof value === 'bigint') {
      if (value > MAX_INTEGER) return this.refuse('An integer does not fit into 64 bits.')
      this.#keep(Number(value))
    } else if (typeof value === 'object' && value !== null)
      return this.refuse('Literals are strings, numbers, booleans, null, lists and maps.')
    else this.#keep(value)
    return 1
  }

  #keep(literal: unknown): void {
    this.literals.set(JSON.stringify(literal), literal)
  }

  #negative(arg: ASTNode): void {
    if (arg.op === 'value' && (typeof arg.args === 'bigint' || typeof arg.args === 'number'))
      this.#keep(-Number(arg.args))
  }

  #list(items: readonly ASTNode[], below: (child: ASTNode) => number): number {
    if (items.length > MAX_ITEMS) this.refuse(`A list has more than ${MAX_ITEMS} items.`)
    const values = items.map(scalarOf)
    const steps = items.reduce((sum, item) => sum + below(item), 1)
    if (values.every((value) => value !== undefined)) this.#keep(values)
    return steps
  }

  #variable(name: string, { item }: Scope): number {
    if (item?.name === name) return 1
    if (isRoot(name)) return this.refuse(`${name} alone has no value: name a field of it, such as ${name}.type.`)
    return this.refuse(`The variable ${name} is not known. There are actor, resource and context.`)
  }

  #access(
    node: Extract<ASTNode, { op: '.' | '[]' }>,
    depth: number,
    scope: Scope,
  ): { steps: number; place: Place | null } {
    const [left] = node.args
    const key = keyOf(node)
    if (key !== null && PROTOTYPE_KEYS.has(key)) this.refuse(`No field has the name ${key}.`)
    const root = left.op === 'id' && scope.item?.name !== left.args && isRoot(left.args) ? left.args : null
    if (root !== null) {
      if (key === null) {
        this.refuse(`The field of ${root} must be named: ${root}.name or ${root}["name"].`)
        return { steps: 0, place: null }
      }
      this.#nodes++
      this.#mustBeDeclared(root, key)
      const field = fieldOf(root, [key])
      this.paths.set(node, field.path)
      return { steps: 2, place: { path: field.path, field } }
    }
    const { steps, place } = this.#accessed(left, depth + 1, scope)
    const indexSteps = node.op === '[]' ? this.visit(node.args[1], depth + 1, scope) : 0
    if (place === null) return { steps: 1 + steps + indexSteps, place: null }
    const inner: Place =
      key === null
        ? { path: `${place.path}[${indexOf(node)}]`, field: null }
        : {
            path: pathBelow(place.path, key),
            field: place.field && fieldOf(place.field.root, [...place.field.keys, key]),
          }
    this.paths.set(node, inner.path)
    if (inner.field === null && place.field !== null) this.fields.set(place.field.path, place.field)
    return { steps: 1 + steps + indexSteps, place: inner }
  }

  /** What an access reads from. */
  #accessed(node: ASTNode, depth: number, scope: Scope): { steps: number; place: Place | null } {
    if (node.op === '.' || node.op === '[]') {
      if (++this.#nodes > MAX_NODES) return { steps: this.refuse(`It has more than ${MAX_NODES} parts.`), place: null }
      if (depth > MAX_DEPTH)
        return { steps: this.refuse(`It is nested more than ${MAX_DEPTH} levels deep.`), place: null }
      return this.#access(node, depth, scope)
    }
    const steps = this.visit(node, depth, scope)
    const isItem = node.op === 'id' && node.args === scope.item?.name
    return { steps, place: isItem && scope.item?.path ? { path: scope.item.path, field: null } : null }
  }

  #mustBeDeclared(root: Root, key: string): void {
    if (root !== 'resource' || this.declared === null) return
    if (!this.declared.has(key) && !BUILT_IN.resource.includes(key))
      this.refuse(`The resource type declares no attribute ${key}.`)
  }

  #call(name: string, args: readonly ASTNode[], below: (child: ASTNode) => number): number {
    const signature = FUNCTIONS.get(name)
    if (signature === undefined) return this.refuse(`The function ${name} is not known.`)
    if (args.length !== signature.args) return this.refuse(`The function ${name} takes ${signature.args} argument.`)
    const [only] = args
    if (name === 'duration' && !(only?.op === 'value' && typeof only.args === 'string' && DURATION.test(only.args)))
      return this.refuse('duration takes a literal such as "1h30m".')
    return args.reduce((sum, arg) => sum + below(arg), signature.steps * product(args))
  }

  #method(name: string, receiver: ASTNode, args: readonly ASTNode[], below: (child: ASTNode) => number): number {
    if (name === 'matches')
      return this.refuse('matches is not supported: a regular expression can take exponential time.')
    const signature = METHODS.get(name)
    if (signature === undefined) return this.refuse(`The method ${name} is not known.`)
    if (args.length !== signature.args) return this.refuse(`The method ${name} takes ${signature.args} arguments.`)
    return args.reduce((sum, arg) => sum + below(arg), signature.steps * product([receiver, ...args]) + below(receiver))
  }

  #loop([name, range, args]: Extract<ASTNode, { op: 'rcall' }>['args'], depth: number, scope: Scope): number {
    if (scope.item !== null) return this.refuse('A macro stands inside another one.')
    const [variable, ...body] = args
    if (!LOOPS.get(name)?.includes(args.length) || variable?.op !== 'id')
      return this.refuse(`The macro ${name} takes a variable and an expression.`)
    if (isRoot(variable.args)) return this.refuse(`The variable of a macro cannot be called ${variable.args}.`)
    if (range.op !== '.' && range.op !== '[]' && range.op !== 'list')
      return this.refuse(`The macro ${name} reads a field or a literal list, so that its length is limited.`)
    const rangeSteps = this.visit(range, depth + 1, scope)
    const path = this.paths.get(range)
    const inner: Scope = { item: { name: variable.args, path: path === undefined ? null : `${path}[]` } }
    const bodySteps = body.reduce((sum, part) => sum + this.visit(part, depth + 1, inner), ERROR_STEPS)
    if (range.op === 'list') return rangeSteps + range.args.length * bodySteps
    this.loops.push({ field: this.fields.get(path ?? '') ?? null, stepsPerItem: bodySteps })
    return rangeSteps
  }
}

const isRoot = (name: string): name is Root => (roots as readonly string[]).includes(name)
/** The key of an access if it is written in the condition. */
function keyOf(node: Extract<ASTNode, { op: '.' | '[]' }>): string | null {
  if (node.op === '.') return node.args[1]
  const [, index] = node.args
  return index.op === 'value' && typeof index.args === 'string' ? index.args : null
}

function indexOf(node: Extract<ASTNode, { op: '.' | '[]' }>): string {
  const index = node.op === '[]' ? node.args[1] : null
  return index?.op === 'value' ? String(index.args) : ''
}

function scalarOf(node: ASTNode): unknown {
  if (node.op !== 'value') return undefined
  if (typeof node.args === 'bigint') return Number(node.args)
  return typeof node.args === 'object' && node.args !== null ? undefined : node.args
}

/**
 * Two values of a field are compared in depth. In a macro, this is limited over all items together if one side depends on the item,
 * because a field has a limited number of values.
 */
function equalitySteps([left, right]: readonly [ASTNode, ASTNode], { item }: Scope): number {
  const joined = joinedSteps([left, right])
  if (left.op === 'value' || right.op === 'value') return 2 + joined
  if (item !== null && (names(left, item.name) || names(right, item.name))) return 10 + joined
  return DEEP_EQUALITY_STEPS * Math.max(sizeOf(left), sizeOf(right))
}

/** Whether the node is the item of the macro or a field below it. */
function names(node: ASTNode, variable: string): boolean {
  if (node.op === 'id') return node.args === variable
  return (node.op === '.' || node.op === '[]') && names(node.args[0], variable)
}
