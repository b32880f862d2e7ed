/** @jsxImportSource @kitajs/html */
/** A schema as a list of fields. Objects in objects are folded, and a schema inside itself is named and not repeated. */
import { escapeHtml } from '@kitajs/html'
import { asWritten, renderInline } from './markdown.ts'
import { nameOf, type OpenApi, type Schema, resolved } from './openapi-types.ts'

interface Place {
  document: OpenApi
  /** The names of the schemas around this one. */
  within: readonly string[]
}

/** Deeper than this, a field has its type alone. No answer of ours is deeper. */
const DEEPEST = 6
/** Of a longer list of values, the rest is folded. */
const SHOWN_VALUES = 8

/** The fields of an object, the branches of a union, or the type of anything else. */
export function schemaView(schema: Schema, place: Place): string {
  const inner = around(schema, place)
  const whole = merged(resolved(schema, place.document), place.document)
  const branches = branchesOf(whole, place.document)
  if (branches.length > 1)
    return (
      <div class="branches">
        <p class="soft">One of these:</p>
        {branches.map((branch, index) => (
          <details open={index === 0}>
            <summary>{nameTag(branch, index)}</summary>
            {schemaView(branch, inner)}
          </details>
        ))}
      </div>
    ) as string
  const [only] = branches
  if (only !== undefined) return schemaView(only, inner)
  if (whole.type === 'array' && whole.items !== undefined)
    return (
      <div class="fields">
        {typeLine(whole, place.document)}
        {nested(whole.items, inner)}
      </div>
    ) as string
  const fields = Object.entries(whole.properties ?? {})
  if (fields.length === 0) return (<p class="type-line">{typeLine(whole, place.document)}</p>) as string
  return (
    <ul class="fields">
      {fields.map(([name, field]) => fieldView(name, field, whole.required?.includes(name) === true, inner))}
      {typeof whole.additionalProperties === 'object' ? (
        <li>
          <span class="soft">Any other name: </span>
          {typeLine(whole.additionalProperties, place.document)}
        </li>
      ) : (
        ''
      )}
    </ul>
  ) as string
}

/** One field, parameter or header. */
export function fieldView(name: string, schema: Schema, isRequired: boolean, place: Place): string {
  const whole = merged(resolved(schema, place.document), place.document)
  return (
    <li>
      <div class="field-head">
        <code class="field-name">{escapeHtml(name)}</code> {typeLine(whole, place.document, schema)}
        {isRequired ? <span class="must">required</span> : ''}
      </div>
      {whole.description === undefined ? (
        ''
      ) : (
        <div class="field-text">{renderInline(whole.description, asWritten)}</div>
      )}
      {valuesView(whole)}
      {nested(schema, place)}
    </li>
  ) as string
}

/** What is inside a field: folded, so that the list of fields can be read. */
function nested(schema: Schema, place: Place): string {
  const inner = around(schema, place)
  const whole = merged(resolved(schema, place.document), place.document)
  const named = schema.$ref === undefined ? undefined : nameOf(schema.$ref)
  if (named !== undefined && place.within.includes(named))
    return (
      <p class="soft">
        The same fields as <code>{escapeHtml(named)}</code> above.
      </p>
    ) as string
  if (inner.within.length > DEEPEST) return ''
  if (whole.type === 'array' && whole.items !== undefined) return nested(whole.items, inner)
  const branches = branchesOf(whole, place.document)
  if (branches.length === 1 && branches[0] !== undefined) return nested(branches[0], inner)
  const fields = Object.keys(whole.properties ?? {}).length
  if (fields === 0 && branches.length < 2) return ''
  const label = branches.length > 1 ? `${branches.length} forms` : `${fields} field${fields === 1 ? '' : 's'}`
  return (
    <details>
      <summary>{escapeHtml(named === undefined ? label : `${named}: ${label}`)}</summary>
      {schemaView(whole, inner)}
    </details>
  ) as string
}

const around = ({ $ref }: Schema, { document, within }: Place): Place => ({
  document,
  within: [...within, $ref === undefined ? '' : nameOf($ref)],
})

/** `allOf` as one schema: what all of them say. */
function merged(schema: Schema, document: OpenApi): Schema {
  if (schema.allOf === undefined) return schema
  const { allOf, ...rest } = schema
  const parts = [...allOf.map((part) => merged(resolved(part, document), document)), rest]
  return {
    ...Object.assign({}, ...parts),
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
    required: parts.flatMap(({ required }) => required ?? []),
  }
}

/** The branches of a union that are more than `null`. */
const branchesOf = ({ anyOf, oneOf }: Schema, document: OpenApi): readonly Schema[] =>
  (anyOf ?? oneOf ?? []).filter((branch) => resolved(branch, document).type !== 'null')

const nameTag = ({ $ref }: Schema, index: number): string =>
  $ref === undefined ? `Form ${index + 1}` : escapeHtml(nameOf($ref))

/** `string · email · at most 320 characters` */
function typeLine(schema: Schema, document: OpenApi, written: Schema = schema): string {
  const words = [typeOf(schema, document, written), ...limitsOf(schema)]
  return (<span class="type">{escapeHtml(words.filter(Boolean).join(' · '))}</span>) as string
}

function typeOf(schema: Schema, document: OpenApi, written: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const union = schema.anyOf ?? schema.oneOf
  if (union !== undefined)
    return [...new Set(union.map((branch) => typeOf(resolved(branch, document), document, branch)))].join(' or ')
  if (schema.type === 'array')
    return `array of ${schema.items === undefined ? 'anything' : typeOf(resolved(schema.items, document), document, schema.items)}`
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : String(schema.type ?? 'anything')
  if (type === 'object' && written.$ref !== undefined) return nameOf(written.$ref)
  return schema.format === undefined ? type : `${type} (${schema.format})`
}

function limitsOf({ minLength, maxLength, minimum, maximum, minItems, maxItems, default: preset }: Schema): string[] {
  const range = (low: number | undefined, high: number | undefined, unit: string) => {
    const from = low === undefined || (low === 0 && unit !== '') ? undefined : low
    if (from === undefined && high === undefined) return ''
    if (from === undefined) return `at most ${high}${unit}`
    if (high === undefined) return `at least ${from}${unit}`
    return from === high ? `${from}${unit}` : `${from} to ${high}${unit}`
  }
  return [
    range(minLength, maxLength, ' characters'),
    range(minimum, maximum, ''),
    range(minItems, maxItems, ' items'),
    preset === undefined ? '' : `default ${JSON.stringify(preset)}`,
  ]
}

/** The values of an enumeration, or an example. */
function valuesView({ enum: values, examples, type, items, properties }: Schema): string {
  const listed = values ?? items?.enum
  if (listed !== undefined) {
    const codes = listed.map((value) => `<code>${escapeHtml(String(value))}</code>`)
    const all = (<p class="values">{codes.join(' ')}</p>) as string
    return codes.length <= SHOWN_VALUES
      ? all
      : ((
          <details>
            <summary>{`${codes.length} values`}</summary>
            {all}
          </details>
        ) as string)
  }
  const [example] = examples ?? []
  const isShort = ['string', 'number', 'integer'].includes(String(type)) || Array.isArray(type)
  if (example === undefined || !isShort || properties !== undefined || typeof example === 'object') return ''
  return (
    <p class="values">
      Example: <code>{escapeHtml(String(example).slice(0, 120))}</code>
    </p>
  ) as string
}
