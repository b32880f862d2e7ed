/** The answer of the token endpoint for a family (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
import type { Deps } from '../../deps.ts'
import { claimsFor, type DescribedUser, userClaims } from '../grants/claims.ts'
import type { NewFamily } from '../grants/family-queries.ts'
import { subjectFor } from '../grants/subject.ts'
import type { Client } from '../oauth-clients/client.ts'
import type { Asked } from '../actions/ask-actions.ts'
import { signClientToken } from '../signing-keys/access-tokens.ts'
import { detailsFor, type Target } from './audience.ts'
import { signIdToken } from './id-token.ts'

export interface TokenAnswer {
  access_token: string
  token_type: 'Bearer' | 'DPoP' | 'N_A'
  expires_in: number
  refresh_token?: string
  /** Absent: none. */
  scope?: string
  id_token?: string
  /** RFC 9396 §7. */
  authorization_details?: readonly Record<string, unknown>[]
  /** RFC 8693 §2.2.1. */
  issued_token_type?: string
}

export interface Answered {
  family: Omit<NewFamily, 'originHash' | 'createdAt' | 'lastUsedAt' | 'jkt'>
  target: Target
  ttlSeconds: number
  user: DescribedUser
  nonce: string | null
  /** The key to which the access token is bound. */
  jkt: string | null
  refreshToken: string | undefined
  idToken: boolean
  asked: Asked
}

/** Signs the tokens. An access token never outlives its family. */
export async function answerOf(
  deps: Pick<Deps, 'config' | 'clock' | 'random' | 'keys'>,
  client: Client,
  { family, target, ttlSeconds, user, nonce, jkt, refreshToken, idToken, asked }: Answered,
): Promise<TokenAnswer> {
  const { config, clock } = deps
  const { audience, scopes, openid } = target
  const { authenticatedAt, amr } = family
  const subject = await subjectFor(client, family.userId)
  const details = detailsFor(family.details, audience)
  const expiresIn = Math.max(1, Math.min(ttlSeconds, Math.floor((family.expiresAt - clock.now()) / 1000)))
  const accessToken = await signClientToken(deps, {
    audience,
    subject,
    clientId: client.id,
    scopes,
    ttlSeconds: expiresIn,
    person: { authenticatedAt, amr, grantId: family.grantId, familyId: family.id, orgId: family.orgId },
    jkt,
    act: null,
    details,
    asked,
  })
  // OpenID Connect Core §5.4: the claims of scopes are at the userinfo endpoint, if the access token works there.
  const opensUserinfo = audience === config.appUrl && scopes.includes('openid')
  const described = userClaims(user, opensUserinfo ? [] : openid, claimsFor(family.claims, 'id_token'))
  return {
    access_token: accessToken,
    token_type: jkt === null ? 'Bearer' : 'DPoP',
    expires_in: expiresIn,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    ...scopeOf([...scopes, ...openid]),
    ...(idToken && openid.includes('openid')
      ? {
          id_token: await signIdToken(deps, client, {
            subject,
            nonce,
            authenticatedAt,
            amr,
            sid: family.sid,
            claims: { ...asked.idTokenClaims, ...described },
            accessToken,
          }),
        }
      : {}),
    ...(details.length === 0 ? {} : { authorization_details: details }),
  }
}

/** RFC 6749 §3.3: a scope has one name at least. */
export const scopeOf = (names: readonly string[]): { scope?: string } =>
  names.length === 0 ? {} : { scope: [...new Set(names)].join(' ') }
