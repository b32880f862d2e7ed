/**
 * Converts TypeBox schemas to JSON Schema 2020-12, the dialect of OpenAPI 3.1. The result is simplified for readers and
 * client generators.
 */

export type JsonSchema = Record<string, unknown>

/** Formats that Elysia's `t.*` adds to a type to accept it as text in a URL. In a URL every value is text. */
const URL_TEXT_FORMATS = ['integer', 'numeric', 'boolean', 'date', 'ArrayString', 'ObjectString', 'BooleanString']

/** Keywords of this project or the framework that have no meaning in JSON Schema. */
const INTERNAL = ['$id', 'title', 'nullable', 'error', 'x-headers', 'x-expected']

export interface WriteOptions {
  /**
   * Whether objects may forbid other fields. Bodies do. Answers never do, so that a later release can add a field.
   * Also, Elysia writes `additionalProperties: false` into a response schema when it compiles the route, so the
   * document would depend on earlier calls.
   */
  closed: boolean
}

/**
 * `write` returns the schema for the document. A schema with a `title` becomes a component of that name, and `write`
 * returns a `$ref` to it. Throws for two different schemas with one title.
 */
export function createSchemaWriter() {
  const components: Record<string, JsonSchema> = {}

  function write(schema: unknown, { closed }: WriteOptions): JsonSchema {
    const source = plain(schema)
    const written = simplify(source, { closed })
    if (typeof source.title !== 'string') return written
    const known = components[source.title]
    if (known && JSON.stringify(known) !== JSON.stringify(written))
      throw new Error(`two schemas have the title ${source.title}: rename one`)
    components[source.title] = written
    return { $ref: `#/components/schemas/${source.title}` }
  }

  function simplify(source: JsonSchema, options: WriteOptions): JsonSchema {
    const { anyOf, patternProperties, properties, items, additionalProperties, ...rest } = source
    for (const keyword of INTERNAL) delete rest[keyword]
    if (Array.isArray(anyOf)) return union(anyOf.map(plain), rest, options)
    const written: JsonSchema = 'type' in rest ? { type: rest.type, ...rest } : rest
    if (items !== undefined) written.items = write(items, options)
    if (properties !== undefined)
      written.properties = Object.fromEntries(
        Object.entries(plain(properties)).map(([name, property]) => [name, write(property, options)]),
      )
    // `Type.Record` of strings: any name is allowed.
    const values = patternProperties === undefined ? additionalProperties : plain(patternProperties)['^(.*)$']
    if (typeof values === 'object') written.additionalProperties = write(values, options)
    else if (values === false && options.closed) written.additionalProperties = false
    return written
  }

  function union(branches: JsonSchema[], rest: JsonSchema, options: WriteOptions): JsonSchema {
    const typed = branches.filter(({ type, format }) => type !== 'string' || !URL_TEXT_FORMATS.includes(String(format)))
    const [first, second] = typed
    if (first && typed.length === 1) return { ...simplify(first, options), ...rest }
    if (first && typed.every((branch) => 'const' in branch && branch.type === first.type))
      return { type: first.type, ...rest, enum: typed.map((branch) => branch.const) }
    if (first && typed.length === 2 && second?.type === 'null' && typeof first.type === 'string' && !first.title)
      return { ...simplify(first, options), ...rest, type: [first.type, 'null'] }
    return { ...rest, anyOf: typed.map((branch) => write(branch, options)) }
  }

  return { components, write }
}

/** Drops the symbols and functions of TypeBox and Elysia. */
const plain = (schema: unknown): JsonSchema => JSON.parse(JSON.stringify(schema)) as JsonSchema // a schema is an object

/**
 * A value that the schema accepts: its first example, default or constant. Otherwise a value that is made from its
 * parts. A text without these gives `string`, which a test refuses, because it does not help a reader.
 */
export function exampleOf(schema: unknown): unknown {
  const { examples, anyOf, properties, items, type, ...rest } = plain(schema)
  if (Array.isArray(examples)) return examples[0]
  for (const keyword of ['default', 'const'] as const) if (rest[keyword] !== undefined) return rest[keyword]
  if (Array.isArray(rest.enum)) return rest.enum[0]
  if (Array.isArray(anyOf)) return exampleOf(anyOf[0])
  if (properties !== undefined)
    return Object.fromEntries(Object.entries(plain(properties)).map(([name, property]) => [name, exampleOf(property)]))
  return (
    { array: items === undefined ? [] : [exampleOf(items)], object: {}, boolean: true, null: null, integer: 1 }[
      String(type)
    ] ?? 'string'
  )
}
