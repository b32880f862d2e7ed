import { isAllowed } from '../../core/authz/authorize.ts'
import { scopesById } from '../../core/authz/load-scopes.ts'
import { INSTANCE } from '../../core/authz/scope.ts'
import type { Credential, StreamEndReason } from '../../core/rooms/model.ts'
import type { Deps } from '../../deps.ts'
import { Problem } from '../../errors.ts'
import { createLru } from '../../lib/lru.ts'

const MAX_KNOWN = 5_000

/**
 * Why a credential may not follow the revocations any more; undefined while it may, or if the database does not say. `name` is the
 * text of the credential: all followers with the same one, from the same place, cost one read for each read of the
 * revocations.
 */
export function stillAllowed(deps: Pick<Deps, 'db' | 'principals' | 'clock'>) {
  const known = createLru<{ read: number; found: Promise<StreamEndReason | undefined> }>(MAX_KNOWN)

  async function ask({ reload }: Credential): Promise<StreamEndReason | undefined> {
    try {
      const [{ principal }, scopes] = await Promise.all([reload(), scopesById(deps, [INSTANCE])])
      const instance = scopes.get(INSTANCE)
      return instance === undefined || isAllowed(principal, 'revocations:read', instance) ? undefined : 'access_lost'
    } catch (error) {
      return error instanceof Problem && error.status < 500 ? 'credential_ended' : undefined
    }
  }

  return (name: string, credential: Credential, read: number): Promise<StreamEndReason | undefined> => {
    const { tokenEndsAt } = credential
    if (tokenEndsAt !== null && tokenEndsAt <= deps.clock.now()) return Promise.resolve('token_expired')
    const key = `${name} ${placeOf(credential)}`
    const before = known.get(key)
    if (before?.read === read) return before.found
    const found = ask(credential)
    known.set(key, { read, found })
    return found
  }
}

/** What rules may know of a request, but for what each one has of its own: a rule can refuse one address or program alone. */
function placeOf({ principal: { circumstances } }: Credential): string {
  const { time: _, requestId: __, ...place } = circumstances?.().context ?? {}
  return JSON.stringify(place)
}
