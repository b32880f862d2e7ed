/** The user as the provider describes them. */
import { Value } from '@sinclair/typebox/value'
import { type Problem, problem } from '../../errors.ts'
import { Email, readEmail } from '../../lib/email.ts'
import type { ProviderSettings } from '../../lib/provider-settings.ts'
import { displayName } from './display-name.ts'

export interface Profile {
  /** Issuer and subject together identify the person permanently. An e-mail does not. */
  issuer: string
  subject: string
  email: string | undefined
  /** The provider has verified that the person can read the e-mail, or the operator trusts the provider. */
  emailVerified: boolean
  name: string
  /** The time at which the provider authenticated the person, ms UTC. 0 if the provider does not say. */
  authenticatedAt: number
  /** The reason for a missing verified e-mail, if the provider could not be asked. */
  emailFault?: Problem | undefined
  tokens: ProviderTokens
}

/** The tokens for calls to the provider. */
export interface ProviderTokens {
  accessToken: string
  refreshToken?: string | undefined
  scope?: string | undefined
  /** ms UTC. */
  expiresAt?: number | undefined
}

export interface Claims {
  issuer: string
  subject: unknown
  email: unknown
  emailVerified: unknown
  name: unknown
  authenticatedAt?: number
  emailFault?: Problem | undefined
}

/** OpenID Connect Core §2: at most 255 ASCII characters. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/

/**
 * Converts the claims of the provider to the values that this server stores. It leaves out an invalid e-mail, and
 * cleans and cuts the name. An e-mail is verified only if the claim is the boolean `true` or Apple's text `"true"`.
 * Throws `provider.answer_invalid`.
 */
export function readProfile(
  { trustEmail }: Pick<ProviderSettings, 'trustEmail'>,
  claims: Claims,
  tokens: ProviderTokens,
): Profile {
  const { issuer, subject } = claims
  if (typeof subject !== 'string' || !SUBJECT.test(subject))
    throw problem('provider.answer_invalid', { cause: new Error('the subject is not a text of 1 to 255 characters') })
  const email = storable(claims.email) && Value.Check(Email, claims.email) ? readEmail(claims.email) : undefined
  const said = claims.emailVerified === true || claims.emailVerified === 'true'
  return {
    issuer,
    subject,
    email,
    emailVerified: email !== undefined && (said || trustEmail),
    name: displayName(claims.name),
    authenticatedAt: claims.authenticatedAt ?? 0,
    emailFault: claims.emailFault,
    tokens,
  }
}

const storable = (value: unknown): value is string =>
  typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
