/** `authorization_details` (RFC 9396): what a client asks for in more detail than a scope says. */
import { refuse } from '../../lib/oauth-error.ts'
import { isStorable } from '../../lib/storable-text.ts'
import type { Resource } from '../resources/resource.ts'

export type Detail = Record<string, unknown>

/** A sealed code holds them, and it must fit into a URL. */
const MAX_LENGTH = 2048
const MAX_DETAILS = 10
/** RFC 9396 §2.2. Every type may have them. */
const LISTS = ['locations', 'actions', 'datatypes', 'privileges']
const COMMON = new Set(['type', 'identifier', ...LISTS])

const invalid = (description: string) => refuse('invalid_authorization_details', description)

/**
 * Reads the parameter. The members of each object are sorted, so that equal details have equal texts. Throws
 * `invalid_authorization_details` for what is not a list of objects with a `type`. RFC 9396 §2
 */
export function readDetails(text: string | undefined): Detail[] {
  if (text === undefined) return []
  const value = text.length > MAX_LENGTH ? undefined : parsed(text)
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_DETAILS)
    throw invalid(`authorization_details must be a JSON list of 1 to ${MAX_DETAILS} objects.`)
  return value.map((each: unknown) => {
    if (!isObject(each) || typeof each.type !== 'string')
      throw invalid('Each of the authorization_details must be an object with a type.')
    return sorted(each) as Detail // an object stays an object
  })
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    // An escaped U+0000 would come back cut from the database.
    return isStorable(JSON.stringify(value).replaceAll('\\u0000', '\0')) ? value : undefined
  } catch {
    return undefined
  }
}

/** The resources that the details name, for a request without `resource`. RFC 9396 §3.1 */
export const locationsOf = (details: readonly Detail[]): string[] => [
  ...new Set(details.flatMap(({ locations }) => (isTexts(locations) ? locations : []))),
]

/**
 * Throws `invalid_authorization_details` unless each of these is of a type that one of the resources declares, has only
 * the fields of its type, and names no other location. RFC 9396 §5
 */
export function requireDeclared(details: readonly Detail[], resources: readonly Resource[]): void {
  for (const detail of details) {
    const type = resources.flatMap(({ detailTypes }) => detailTypes).find((each) => each.type === detail.type)
    if (type === undefined) throw invalid('A type of the authorization_details is unknown to the resource.')
    for (const [name, value] of Object.entries(detail)) {
      if (!COMMON.has(name) && !type.fields.includes(name))
        throw invalid('The authorization_details have a field that their type does not have.')
      if (name === 'identifier' && typeof value !== 'string') throw invalid('identifier must be a text.')
      if (LISTS.includes(name) && !isTexts(value)) throw invalid(`${name} must be a list of texts.`)
    }
    if (!locationsOf([detail]).every((location) => resources.some(({ audience }) => audience === location)))
      throw invalid('The authorization_details name a location that the request does not ask for.')
  }
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

const isObject = (value: unknown): value is Detail =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The same value, with the members of every object in the order of their names. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  )
}
