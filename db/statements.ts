/**
 * Statements whose text is built once for each database, and which run with different values each time.
 *
 * drizzle builds the text of a statement for each use, which takes longer than SQLite needs to run it. So the statements of
 * the busiest routes are made by `prepared`, or by `preparedByShape` if they contain conditions of many kinds. Both return
 * the same type as drizzle's own builders. Such a statement runs alone when it is awaited, or as a step of `commit()` or
 * `db.batch()`, on a file and on a server.
 */
import { Column, is, Param, Placeholder, type Query, SQL, StringChunk, sql, Table } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { RunnableQuery } from 'drizzle-orm/runnable-query'
import type { Database } from './database.ts'
import { oncePer } from '../src/lib/once-per.ts'

/** The placeholder that `build` uses for a value. The value is not encoded: the driver gets it unchanged. */
export type Slots<Values> = { readonly [Name in keyof Values]-?: SQL<Values[Name]> }

/** A builder of drizzle. */
export interface Preparable<Result> extends RunnableQuery<Result, 'sqlite'> {
  prepare(): PreparedQuery
}

/** A `SQLitePreparedQuery` of drizzle. */
interface PreparedQuery {
  getQuery(): Query
  mapResult(response: unknown, isFromBatch?: boolean): unknown
  execute(values: Record<string, unknown>): unknown
}

type Values = Record<string, unknown>

/**
 * A statement with its values. drizzle's batch calls `_prepare()` of a builder, and `getQuery()` and `mapResult()` of the
 * result.
 */
export class BoundStatement<Result> implements PromiseLike<Result>, RunnableQuery<Result, 'sqlite'> {
  declare readonly _: { readonly dialect: 'sqlite'; readonly result: Result }
  readonly #text: StatementText
  readonly #values: Values

  constructor(text: StatementText, values: Values) {
    this.#text = text
    this.#values = values
  }

  _prepare(): this {
    return this
  }

  getQuery(): Query {
    return { sql: this.#text.sql, params: this.#text.params(this.#values) }
  }

  toSQL(): Query {
    return this.getQuery()
  }

  mapResult(response: unknown, isFromBatch?: boolean): unknown {
    return this.#text.query.mapResult(response, isFromBatch)
  }

  // biome-ignore lint/suspicious/noThenProperty: a statement of drizzle runs when it is awaited
  then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((value: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#run().then(onFulfilled, onRejected)
  }

  async #run(): Promise<Result> {
    return (await this.#text.query.execute(this.#values)) as Result // the result type of the builder
  }
}

/** The text, and the place of each value in it. */
class StatementText {
  readonly query: PreparedQuery
  readonly sql: string
  readonly #params: readonly ((values: Values) => unknown)[]

  constructor(query: PreparedQuery) {
    const { sql, params } = query.getQuery()
    this.query = query
    this.sql = sql
    this.#params = params.map(reader)
  }

  params(values: Values): unknown[] {
    return this.#params.map((read) => read(values))
  }
}

function reader(param: unknown): (values: Values) => unknown {
  if (is(param, Placeholder)) return ({ [param.name]: value }) => value
  if (is(param, Param) && is(param.value, Placeholder)) {
    const { encoder, value: placeholder } = param
    return ({ [placeholder.name]: value }) => encoder.mapToDriverValue(value)
  }
  return () => param
}

/**
 * A statement with one text. `build` runs once for each database, with a slot for each value.
 *
 *   const setName = prepared((db, { id, name }: Slots<{ id: string; name: string }>) =>
 *     db.update(users).set({ name }).where(eq(users.id, id)))
 *   await commit(deps, { renamed: setName(db, { id, name }) })
 */
export function prepared<Named extends object, Result>(
  build: (db: Database, slots: Slots<Named>) => Preparable<Result>,
): (db: Database, values: Named) => BoundStatement<Result> {
  const textOf = oncePer((db: Database) => new StatementText(build(db, slots<Named>()).prepare()))
  return (db, values) => new BoundStatement<Result>(textOf(db), values as Values) // values are read by name
}

const slots = <Named>(): Slots<Named> =>
  new Proxy({} as Slots<Named>, { get: (_, name) => sql`${sql.placeholder(String(name))}` }) // every name gives a slot

/** The maximum of shapes for one statement; then all are dropped. The code has some ten for each. */
const MAX_SHAPES = 500

/**
 * A statement around an expression with many shapes, because it contains conditions and sources. A shape is a sequence of
 * texts, tables and columns, with any strings, numbers, booleans or nulls between them. `build` runs once for each shape. An
 * expression of another kind is built each time.
 *
 *   const noteEventIf = preparedByShape(
 *     (event: NewEvent, when: SQL) => sql`SELECT ${event.id}, … WHERE ${when}`,
 *     (db, select) => db.insert(events).select(select),
 *   )
 */
export function preparedByShape<Args extends readonly unknown[], Query extends Preparable<unknown>>(
  expressionOf: (...args: Args) => SQL,
  build: (db: Database, expression: SQL) => Query,
): (db: Database, ...args: Args) => BoundStatement<Query['_']['result']> | Query {
  const shapesOf = oncePer((_db: Database) => ({ root: new Shape(), count: 0 }))
  return (db, ...args) => {
    const expression = expressionOf(...args)
    const shapes = shapesOf(db)
    const values: unknown[] = []
    const shape = walk(expression, shapes.root, values)
    if (shape === undefined) return build(db, expression)
    if (shape.text === undefined) {
      shape.text = new StatementText(build(db, withPlaceholders(expression, { count: 0 })).prepare())
      if (++shapes.count > MAX_SHAPES) Object.assign(shapes, { root: new Shape(), count: 0 })
    }
    return new BoundStatement(shape.text, values as unknown as Values) // values are read by position
  }
}

/** The same for a statement with several expressions, such as the SET and the WHERE of an UPDATE. */
export const preparedByShapes = <
  Args extends readonly unknown[],
  Parts extends readonly SQL[],
  Query extends Preparable<unknown>,
>(
  partsOf: (...args: Args) => Parts,
  build: (db: Database, parts: Parts) => Query,
): ((db: Database, ...args: Args) => BoundStatement<Query['_']['result']> | Query) =>
  preparedByShape(
    (...args: Args) => new SQL([...partsOf(...args)]),
    (db, { queryChunks }) => build(db, queryChunks as unknown as Parts), // one chunk for each part, as above
  )

/** A node of the tree of shapes: its children, and the text if a shape ends here. */
class Shape {
  text: StatementText | undefined
  readonly #next = new Map<unknown, Shape>()

  followedBy(chunk: unknown): Shape {
    const known = this.#next.get(chunk)
    if (known !== undefined) return known
    const shape = new Shape()
    this.#next.set(chunk, shape)
    return shape
  }
}

/** Stands for any value in the tree of shapes. */
const VALUE = Symbol('value')

/** Collects the values. Undefined for an unknown kind of expression. */
function walk(expression: SQL, from: Shape, values: unknown[]): Shape | undefined {
  let shape: Shape | undefined = from
  for (const chunk of expression.queryChunks) {
    if (shape === undefined) return undefined
    if (chunk instanceof StringChunk) for (const text of chunk.value) shape = shape.followedBy(text)
    else if (chunk instanceof SQL) shape = walk(chunk, shape, values)
    else if (isValue(chunk)) {
      values.push(chunk)
      shape = shape.followedBy(VALUE)
    } else if (chunk instanceof Param) {
      const value = driverValueOf(chunk)
      if (value instanceof SQL || value instanceof Placeholder) return undefined
      values.push(value)
      shape = shape.followedBy(VALUE)
    } else if (chunk === undefined || chunk instanceof Column || chunk instanceof Table) shape = shape.followedBy(chunk)
    else return undefined
  }
  return shape
}

/** The value of a `sql.param`, as drizzle encodes it. SQL or a placeholder is no value yet. */
const driverValueOf = ({ value, encoder }: Param): unknown =>
  value === null || value instanceof Placeholder ? value : encoder.mapToDriverValue(value)

function withPlaceholders(expression: SQL, place: { count: number }): SQL {
  const chunks = expression.queryChunks.map((chunk) => {
    if (chunk instanceof SQL) return withPlaceholders(chunk, place)
    return isValue(chunk) || chunk instanceof Param ? new Placeholder(String(place.count++)) : chunk
  })
  return new SQL(chunks)
}

const isValue = (chunk: unknown): chunk is string | number | boolean | null =>
  chunk === null || typeof chunk === 'string' || typeof chunk === 'number' || typeof chunk === 'boolean'

type Read = BatchItem<'sqlite'>

/** Runs reads as one batch: one round trip, and all see the same state of the database. Writes go through `commit()`. */
export const readTogether = <First extends Read, Others extends readonly Read[]>(
  db: Database,
  reads: readonly [First, ...Others],
) => db.batch(reads)
