import type { SQL } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { readTogether } from '../../../db/statements.ts'
import type { Deps } from '../../deps.ts'
import { instanceRoleDefinitions, orgRoleDefinitions } from '../permissions.ts'
import { policySetOf } from './policy-set.ts'
import { INSTANCE, type Scope } from './scope.ts'
import { type ScopeRows, scopeRows, type WantedScopes } from './scope-queries.ts'

/** The scopes that a route wants with its principal. */
export interface ScopesAhead {
  ids: readonly string[]
  /** The first organisations of the principal too, which are in no path: the handler asks what the principal may do in each. */
  own?: boolean
}

/** Equal for loads that read the same scopes. */
export const nameOf = (scopes: ScopesAhead | undefined): string => (scopes === undefined ? '' : JSON.stringify(scopes))

/** What must be read to have these scopes in memory; undefined if all of them are there. */
export const missingScopes = (principals: Deps['principals'], ids: readonly string[]): WantedScopes | undefined =>
  inMemory(principals, ids).missing

/** Asks the memory once for each id: a scope may leave it at any moment. */
function inMemory(
  principals: Deps['principals'],
  ids: readonly string[],
  loaded: readonly Scope[] = [],
): { known: Map<string, Scope>; missing: WantedScopes | undefined } {
  const known = new Map<string, Scope>()
  for (const id of ids) {
    const scope = loaded.find((candidate) => candidate.id === id) ?? principals.scope(id)
    if (scope) known.set(id, scope)
  }
  const absent = ids.filter((id) => !known.has(id))
  if (absent.length === 0) return { known, missing: undefined }
  const missing = { instance: absent.includes(INSTANCE), orgIds: absent.filter((id) => id !== INSTANCE) }
  return { known, missing }
}

/**
 * The scopes with these ids, from memory or in one round trip. A scope that does not exist is not in the result.
 * `loaded`: scopes that the request has read already.
 */
export async function scopesById(
  { db, principals }: Pick<Deps, 'db' | 'principals'>,
  ids: readonly string[],
  loaded: readonly Scope[] = [],
): Promise<ReadonlyMap<string, Scope>> {
  const { known, missing: wanted } = inMemory(principals, ids, loaded)
  if (wanted === undefined) return known
  const read = await principals.loadScopes(async () => scopesOf(wanted, await readTogether(db, scopeRows(db, wanted))))
  for (const scope of read) known.set(scope.id, scope)
  return known
}

/**
 * The results of statements, and the scopes with these ids, in one batch. `orgsFrom`: a subquery of further ids of
 * organisations. A scope that does not exist is not in the result.
 */
export async function readWithScopes<const Statements extends readonly BatchItem<'sqlite'>[]>(
  { db, principals }: Pick<Deps, 'db' | 'principals'>,
  ids: readonly string[],
  statements: Statements,
  orgsFrom?: SQL,
): Promise<{ rows: BatchRows<Statements>; scopes: ReadonlyMap<string, Scope> }> {
  const { known: scopes, missing = { instance: false, orgIds: [] } } = inMemory(principals, ids)
  const wanted: WantedScopes = orgsFrom === undefined ? missing : { ...missing, orgsFrom }
  let rows: unknown[] = []
  const read = await principals.loadScopes(async () => {
    const results: readonly unknown[] = await readTogether(db, [...scopeRows(db, wanted), ...statements])
    rows = results.slice(SCOPE_STATEMENTS)
    return scopesOf(wanted, results.slice(0, SCOPE_STATEMENTS) as unknown as ScopeRows) // in the order of the batch
  })
  for (const scope of read) scopes.set(scope.id, scope)
  return { rows: rows as BatchRows<Statements>, scopes } // in the order of the batch
}

/** The scope of the instance, which always exists. */
export function instanceIn(scopes: ReadonlyMap<string, Scope>): Scope {
  const instance = scopes.get(INSTANCE)
  if (instance === undefined) throw new Error('the scope of the instance was not read')
  return instance
}

const SCOPE_STATEMENTS = 4
type BatchRows<Statements> = { -readonly [At in keyof Statements]: Awaited<Statements[At]> }

/** The scopes of these rows. An organisation that does not exist has none. */
export async function scopesOf(wanted: WantedScopes, [orgs, roles, rules, requirements]: ScopeRows): Promise<Scope[]> {
  // Most scopes have no rules, and then the parser of conditions is not loaded.
  const compile = rules.length === 0 ? policySetOf : (await import('./compile-policy-set.ts')).compilePolicySet
  const scopeOf = (orgId: string | null): Pick<Scope, 'policies' | 'mfaRoles'> => {
    const custom = roles.filter((role) => role.orgId === orgId)
    const required = orgId === null ? requirements.flatMap(({ role, mfaRequired }) => (mfaRequired ? [role] : [])) : []
    const definitions = [
      ...(orgId === null ? instanceRoleDefinitions : orgRoleDefinitions),
      ...custom.map(({ name, permissions, inherits }) => ({ name, permissions, inherits, builtIn: false })),
    ]
    const own = rules.flatMap(({ orgId: of, ...rule }) => (of === orgId ? [{ ...rule, compiled: null }] : []))
    return {
      policies: compile({ orgId, roles: definitions, rules: own }),
      mfaRoles: new Set([...required, ...custom.flatMap(({ name, mfaRequired }) => (mfaRequired ? [name] : []))]),
    }
  }
  return [
    ...(wanted.instance ? [{ id: INSTANCE, org: null, ...scopeOf(null) }] : []),
    ...orgs.map((org) => ({ id: org.id, org, ...scopeOf(org.id) })),
  ]
}
