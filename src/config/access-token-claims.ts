import { ConfigError } from './config-findings.ts'

/** The names that ACCESS_TOKEN_CLAIMS can have. `modules/signing-keys/product-claims.ts` says what each means. */
export const productClaimNames = ['roles', 'org_id', 'org_role', 'amr', 'acr', 'email_verified'] as const
export type ProductClaimName = (typeof productClaimNames)[number]

/** Reads the names of claims. `none` alone is the empty list. Throws `ConfigError` for another name. */
export function parseProductClaims(names: readonly string[]): ProductClaimName[] {
  if (names.length === 1 && names[0] === 'none') return []
  return names.map((name) => {
    const known = productClaimNames.find((candidate) => candidate === name)
    if (known === undefined)
      throw new ConfigError('ACCESS_TOKEN_CLAIMS', `has an unknown name: use ${productClaimNames.join(', ')}, or none`)
    return known
  })
}
