/** What a part of the console is about: the instance, or one organisation. */
import type { Rights } from '../rights.ts'

export interface Scoped {
  /** null: the instance. */
  orgId: string | null
  rights: Rights
}

export const nameOfScope = (orgId: string | null): string => (orgId === null ? 'the instance' : 'the organisation')
/** What a list of the scope asks for, and what makes a thing in it. */
export const inScope = (orgId: string | null): { orgId?: string } => (orgId === null ? {} : { orgId })
export const rolesPath = (orgId: string | null): string => (orgId === null ? '/v1/roles' : `/v1/orgs/${orgId}/roles`)
