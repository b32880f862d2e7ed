/** Combines the declarations of all features (`core/feature.ts`). Every start reads this. It is data only. */
import type { BuiltInOrgRole, Feature } from './core/feature.ts'
import { foundation } from './core/foundation.ts'
import type { MailData } from './core/letters.ts'
import * as listed from './features.ts'

/** If this is circular, a function in a `feature.ts` has no return type (`core/feature.ts`). */
type Declared = (typeof listed)[keyof typeof listed] | (typeof foundation)[number]

/**
 * Sorts features by position. Features without a position come last. Features with the same position keep their order.
 */
export const inOrder = (all: readonly Feature[]): readonly Feature[] => [...all].sort((a, b) => place(a) - place(b))
const place = ({ position }: Feature): number => position ?? Number.MAX_SAFE_INTEGER

/** The parts below the features, and every feature. The exports of a module are sorted by name. */
export const declared: readonly Feature[] = [...foundation, ...inOrder(Object.values<Feature>(listed))]

/** The keys of all records, or the items of all lists, in this field of the declarations. */
type KeysOf<Field extends keyof Feature> = Declared extends infer F
  ? F extends { [Name in Field]: infer Value }
    ? Value extends readonly (infer Item)[]
      ? Item
      : Extract<keyof Value, string>
    : never
  : never

/** The value under this key of the records in this field. */
type ValueOf<Field extends keyof Feature, Key extends string> = Declared extends infer F
  ? F extends { [Name in Field]: { [Name in Key]: infer Value } }
    ? Value
    : never
  : never

export type ErrorCode = KeysOf<'errors'>
export type EventType = KeysOf<'events'>
export type OrgPermission = KeysOf<'orgPermissions'>
export type Permission = KeysOf<'permissions'> | OrgPermission
/** The names of scheduled jobs. */
export type ScheduleName = KeysOf<'scheduled'>
export type IdPrefix = KeysOf<'idPrefixes'>
export type AddressBudget = KeysOf<'addressBudgets'>
/** The wider budgets that `core/limits/budgets.ts` derives from each budget of addresses. */
export type WiderBudget = `${AddressBudget}/48` | `${AddressBudget} shared`
/** `requests:account` has RATE_LIMIT_PER_MINUTE points. */
export type BudgetName = AddressBudget | WiderBudget | KeysOf<'budgets'> | 'requests:account'
export type VariableName = KeysOf<'variables'>

export type TemplateName = KeysOf<'mails'>
/** The templates of mails, and the fields of each. Times are ms UTC. */
export type Templates = { [Name in TemplateName]: MailData<ValueOf<'mails', Name>> }
export type MailContent = { [Name in TemplateName]: { template: Name; data: Templates[Name] } }[TemplateName]

type Parsed<V> = V extends { oneOf: readonly (infer Choice)[] }
  ? Choice
  : V extends { type: 'integer' }
    ? number
    : string
/** The parsed environment. */
export type Variables = {
  readonly [Name in VariableName]: ValueOf<'variables', Name> extends { default: unknown }
    ? Parsed<ValueOf<'variables', Name>>
    : Parsed<ValueOf<'variables', Name>> | undefined
}

/** All records of this field as one record. Throws if two features declare the same key. */
export function together<
  Field extends 'errors' | 'orgPermissions' | 'budgets' | 'addressBudgets' | 'variables' | 'tags' | 'exports',
>(
  field: Field,
  features: readonly Feature[] = declared,
): Record<KeysOf<Field>, NonNullable<Feature[Field]>[keyof NonNullable<Feature[Field]>]> {
  const all: Record<string, unknown> = {}
  for (const feature of features)
    for (const [key, value] of Object.entries(feature[field] ?? {})) {
      if (Object.hasOwn(all, key))
        throw new Error(`two features declare ${field} ${key}: ${feature.name} is the second`)
      all[key] = value
    }
  return all as ReturnType<typeof together<Field>> // the keys in the types of the features
}
const itemsOf = (field: 'events' | 'permissions' | 'idPrefixes'): string[] =>
  declared.flatMap<string>((feature) => feature[field] ?? [])

export const eventTypes = itemsOf('events') as readonly EventType[] // as declared
/** The lowest built-in role of an organisation that has each permission. */
export const orgPermissions = together('orgPermissions') as Readonly<Record<OrgPermission, BuiltInOrgRole>>
export const permissions = [
  ...new Set([...itemsOf('permissions'), ...Object.keys(orgPermissions)]),
] as readonly Permission[] // as declared
