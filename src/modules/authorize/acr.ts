/** Which authentication context a request wants: `acr_values` and the claim `acr` (OpenID Connect Core §5.5.1.1, RFC 9470). */
import { type ClaimRequest, valuesOf } from './claims-parameter.ts'

/** `aal2`: a second factor was shown in the session (NIST SP 800-63B). */
export const ACR_VALUES = ['aal1', 'aal2'] as const

export interface WantedAcr {
  /** A second factor is wanted. Essential: without it there is no code. */
  factor: 'essential' | 'voluntary' | undefined
  /** An essential value that this server does not have. */
  impossible: boolean
}

export function wantedAcr(acrValues: readonly string[], claim: ClaimRequest | undefined): WantedAcr {
  const essential = claim?.essential === true ? valuesOf(claim) : []
  if (essential.length > 0) {
    const known = essential.filter((value) => ACR_VALUES.some((acr) => acr === value))
    return {
      factor: known.includes('aal1') || known.length === 0 ? undefined : 'essential',
      impossible: known.length === 0,
    }
  }
  const voluntary = claim?.essential === true ? acrValues : [...acrValues, ...valuesOf(claim)]
  const wants = voluntary.includes('aal2') && !voluntary.includes('aal1')
  return { factor: wants ? 'voluntary' : undefined, impossible: false }
}
