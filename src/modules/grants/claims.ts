/** The claims about a person in ID tokens and at the userinfo endpoint (OpenID Connect Core §5.1, §5.4, §5.5). */

/** What the claims are made of. */
export interface DescribedUser {
  email: string
  emailVerified: boolean
  name: string
  username: string | null
  locale: string | null
  /** It has no address of its own. */
  anonymous: boolean
  /** ms UTC */
  updatedAt: number
}

/** OpenID Connect Core §5.4. */
const CLAIMS_OF_SCOPE: Readonly<Record<string, readonly string[]>> = {
  profile: ['name', 'preferred_username', 'locale', 'updated_at'],
  email: ['email', 'email_verified'],
}

/** Every claim about a person that this server has. */
export const PERSONAL_CLAIMS: readonly string[] = Object.values(CLAIMS_OF_SCOPE).flat()

/** The scope that covers a claim; undefined for a claim that this server does not have. */
export const scopeOfClaim = (claim: string): string | undefined =>
  Object.keys(CLAIMS_OF_SCOPE).find((scope) => CLAIMS_OF_SCOPE[scope]?.includes(claim))

/**
 * The claims of these scopes, and those that one place of the `claims` parameter names (`userinfo` or `id_token`). A
 * claim without a value is absent (§5.3.2). The person has allowed each: consent lists the scopes of named claims too.
 */
export function userClaims(
  user: DescribedUser,
  scopes: readonly string[],
  claimsRequest?: Readonly<Record<string, unknown>> | null,
): Record<string, unknown> {
  const values: Record<string, unknown> = {
    name: user.name || undefined,
    preferred_username: user.username ?? undefined,
    locale: user.locale ?? undefined,
    updated_at: Math.floor(user.updatedAt / 1000),
    ...(user.anonymous ? {} : { email: user.email, email_verified: user.emailVerified }),
  }
  const asked = new Set([
    ...scopes.flatMap((scope) => CLAIMS_OF_SCOPE[scope] ?? []),
    ...Object.keys(claimsRequest ?? {}),
  ])
  return Object.fromEntries(
    PERSONAL_CLAIMS.filter((name) => asked.has(name) && values[name] !== undefined).map((name) => [name, values[name]]),
  )
}

/** The requests of one place in the `claims` parameter. Anything that is not an object counts as absent. */
export function claimsFor(
  claims: Readonly<Record<string, unknown>> | null,
  place: 'id_token' | 'userinfo',
): Readonly<Record<string, unknown>> | undefined {
  const asked = claims?.[place]
  return typeof asked === 'object' && asked !== null && !Array.isArray(asked) ? { ...asked } : undefined
}
