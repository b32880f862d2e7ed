import { readTogether } from '../../../db/statements.ts'
import type { Deps } from '../../deps.ts'
import { instanceRoleDefinitions, orgRoleDefinitions } from '../permissions.ts'
import { compilePolicySet } from './policy-set.ts'
import { INSTANCE, type Scope } from './scope.ts'
import { type ScopeRows, scopeRows, type WantedScopes } from './scope-queries.ts'

/** What must be read to have these scopes in memory; undefined if all of them are there. */
export function missingScopes(principals: Deps['principals'], ids: readonly string[]): WantedScopes | undefined {
  const missing = ids.filter((id) => principals.scope(id) === undefined)
  if (missing.length === 0) return undefined
  return { instance: missing.includes(INSTANCE), orgIds: missing.filter((id) => id !== INSTANCE) }
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
  const known = new Map<string, Scope>()
  for (const id of ids) {
    const scope = loaded.find((candidate) => candidate.id === id) ?? principals.scope(id)
    if (scope) known.set(id, scope)
  }
  const missing = ids.filter((id) => !known.has(id))
  if (missing.length === 0) return known
  const wanted = { instance: missing.includes(INSTANCE), orgIds: missing.filter((id) => id !== INSTANCE) }
  const read = await principals.loadScopes(async () => scopesOf(wanted, await readTogether(db, scopeRows(db, wanted))))
  for (const scope of read) known.set(scope.id, scope)
  return known
}

/** The scopes of these rows. An organisation that does not exist has none. */
export function scopesOf(wanted: WantedScopes, [orgs, roles, rules, requirements]: ScopeRows): Scope[] {
  const scopeOf = (orgId: string | null): Pick<Scope, 'policies' | 'mfaRoles'> => {
    const custom = roles.filter((role) => role.orgId === orgId)
    const required = orgId === null ? requirements.flatMap(({ role, mfaRequired }) => (mfaRequired ? [role] : [])) : []
    return {
      policies: compilePolicySet({
        orgId,
        roles: [
          ...(orgId === null ? instanceRoleDefinitions() : orgRoleDefinitions()),
          ...custom.map(({ name, permissions, inherits }) => ({ name, permissions, inherits, builtIn: false })),
        ],
        rules: rules.filter((rule) => rule.orgId === orgId).map(({ orgId: _, ...rule }) => rule),
      }),
      mfaRoles: new Set([...required, ...custom.flatMap(({ name, mfaRequired }) => (mfaRequired ? [name] : []))]),
    }
  }
  return [
    ...(wanted.instance ? [{ id: INSTANCE, org: null, ...scopeOf(null) }] : []),
    ...orgs.map((org) => ({ id: org.id, org, ...scopeOf(org.id) })),
  ]
}
