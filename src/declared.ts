/** What the features declare (`core/feature.ts`), put together. Every start reads this: it is data alone. */
import type { Feature } from './core/feature.ts'
import { foundation } from './core/foundation.ts'
import type { MailData } from './core/letters.ts'
import * as listed from './features.ts'

type Declared = (typeof listed)[keyof typeof listed] | (typeof foundation)[number]

/** Features without a position come last. Equals keep their order. */
export const inOrder = (all: readonly Feature[]): readonly Feature[] => [...all].sort((a, b) => place(a) - place(b))
const place = ({ position }: Feature): number => position ?? Number.MAX_SAFE_INTEGER

/** The parts of the house below the features, and every feature. The exports of a module come sorted by name. */
export const declared: readonly Feature[] = [...foundation, ...inOrder(Object.values<Feature>(listed))]

/** The keys of every record that is declared under this name, and the items of every list. */
type KeysOf<Field extends keyof Feature> = Declared extends infer F
  ? F extends { [Name in Field]: infer Value }
    ? Value extends readonly (infer Item)[]
      ? Item
      : Extract<keyof Value, string>
    : never
  : never

/** What is declared under this key of the records of this name. */
type ValueOf<Field extends keyof Feature, Key extends string> = Declared extends infer F
  ? F extends { [Name in Field]: { [Name in Key]: infer Value } }
    ? Value
    : never
  : never

export type ErrorCode = KeysOf<'errors'>
export type EventType = KeysOf<'events'>
export type Permission = KeysOf<'permissions'>
/** Of scheduled jobs. */
export type ScheduleName = KeysOf<'scheduled'>
export type IdPrefix = KeysOf<'idPrefixes'>
export type AddressBudget = KeysOf<'addressBudgets'>
/** What `core/limits/budgets.ts` makes of each budget of addresses. */
export type WiderBudget = `${AddressBudget}/48` | `${AddressBudget} shared`
/** `requests:account` has as many points as RATE_LIMIT_PER_MINUTE says. */
export type BudgetName = AddressBudget | WiderBudget | KeysOf<'budgets'> | 'requests:account'
export type VariableName = KeysOf<'variables'>

export type TemplateName = KeysOf<'mails'>
/** Each template of a mail and what it shows. Times are ms UTC. */
export type Templates = { [Name in TemplateName]: MailData<ValueOf<'mails', Name>> }
export type MailContent = { [Name in TemplateName]: { template: Name; data: Templates[Name] } }[TemplateName]

type Parsed<V> = V extends { oneOf: readonly (infer Choice)[] }
  ? Choice
  : V extends { type: 'integer' }
    ? number
    : string
/** The environment as it is declared, parsed. */
export type Variables = {
  readonly [Name in VariableName]: ValueOf<'variables', Name> extends { default: unknown }
    ? Parsed<ValueOf<'variables', Name>>
    : Parsed<ValueOf<'variables', Name>> | undefined
}

/** All records under this name as one. Throws when two features declare the same key. */
export function together<Field extends 'errors' | 'budgets' | 'addressBudgets' | 'variables' | 'tags' | 'exports'>(
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
  return all as ReturnType<typeof together<Field>> // the keys that the types of the features name
}
const itemsOf = (field: 'events' | 'permissions' | 'idPrefixes'): string[] =>
  declared.flatMap<string>((feature) => feature[field] ?? [])

export const eventTypes = itemsOf('events') as readonly EventType[] // as declared
export const permissions = itemsOf('permissions') as readonly Permission[] // as declared
