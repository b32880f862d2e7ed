/** Whether a caller may change an account, by what both of them may do. */
import type { SQL } from 'drizzle-orm'
import { authorityInInstance, exceeding, exceeds, isOneself } from '../../core/authz/authority.ts'
import { holdsOnly } from '../../core/authz/authority-queries.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps, PrincipalUser } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'

export interface Rights {
  /** For the statement of the change: true unless the account has a right that the caller lacks. Undefined: it has none. */
  only: SQL | undefined
  /** Says the same about an account that was read. */
  exceededBy: (user: Pick<PrincipalUser, 'roles'>) => boolean
  /** `user.exceeds_own`, with what the caller lacks. */
  refusal: (user: Pick<PrincipalUser, 'roles'>) => Problem
}

const unlimited: Rights = {
  only: undefined,
  exceededBy: () => false,
  refusal: () => problem('user.exceeds_own'),
}

/**
 * For every act of another person on an account: to change, disable, enable or delete it, to end its sessions, to remove its
 * factors. Whoever could do this to an account with more rights could take it over. The roles of the instance count, not those in
 * organisations.
 */
export async function rightsOver(
  deps: Pick<Deps, 'db' | 'principals'>,
  cause: Pick<Cause, 'by'>,
  userId: string,
): Promise<Rights> {
  if (cause.by === 'operator' || isOneself(cause, userId)) return unlimited
  const authority = await authorityInInstance(deps, cause)
  return {
    only: holdsOnly(authority, userId),
    exceededBy: ({ roles }) => exceeds(authority.roles, roles),
    refusal: ({ roles }) => exceeding(authority, { roles }, (options) => problem('user.exceeds_own', options)),
  }
}

/** Whether these roles are known to have no permission. */
export const grantsNothing = (roles: readonly string[]): boolean => roles.every((role) => role === 'user')
