/** Who a provider says somebody is. */
import { Value } from '@sinclair/typebox/value'
import { type Problem, problem } from '../../errors.ts'
import { Email, readEmail } from '../../lib/email.ts'
import type { ProviderSettings } from '../../lib/provider-settings.ts'
import { displayName } from './display-name.ts'

export interface Profile {
  /** What names somebody for ever, together; an e-mail does not. */
  issuer: string
  subject: string
  email: string | undefined
  /** The provider has seen to it that they read the e-mail, or the operator trusts it. */
  emailVerified: boolean
  name: string
  /** When the provider says that they proved who they are, ms UTC; 0 when it does not say. */
  authenticatedAt: number
  /** Why there is no verified e-mail, where that was not the provider's word: it could not be asked. */
  emailFault?: Problem | undefined
  tokens: ProviderTokens
}

/** What the provider lets us call it with. */
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
 * Claims as the provider sent them, held to what we store. An e-mail that is none is left out, a name is cleaned and cut; a
 * verified e-mail is one it says `true` of, the boolean or Apple's text, and no other value. Throws `provider.answer_invalid`.
 */
export function readProfile(
  { trustEmail }: Pick<ProviderSettings, 'trustEmail'>,
  claims: Claims,
  tokens: ProviderTokens,
): Profile {
  const { issuer, subject } = claims
  if (typeof subject !== 'string' || !SUBJECT.test(subject))
    throw problem('provider.answer_invalid', { cause: new Error('the subject is no text of 1 to 255 characters') })
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
