/** A registration in the words of RFC 7591 §3.2.1. */
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { type MetadataFault, type ReadMetadata, readMetadata } from '../oauth-clients/client-metadata.ts'
import { usesSecret } from '../oauth-clients/client-terms.ts'
import type { NewClient } from '../oauth-clients/queries.ts'
import { sectorOf } from '../oauth-clients/sector.ts'

export interface Shown {
  /** Only when it was just made. */
  secret?: string | undefined
  token?: string | undefined
}

export function registered(
  { config }: Pick<Deps, 'config'>,
  row: Omit<NewClient, 'registrationTokenHash'>,
  { secret, token }: Shown = {},
): Record<string, unknown> {
  const given: Record<string, unknown> = {
    client_id: row.id,
    client_id_issued_at: Math.floor(row.createdAt / 1000),
    client_secret: secret,
    client_secret_expires_at: usesSecret(row) ? 0 : undefined,
    registration_access_token: token,
    registration_client_uri: `${config.appUrl}/oauth/register/${row.id}`,
    client_name: row.name,
    redirect_uris: row.redirectUris,
    post_logout_redirect_uris: row.postLogoutRedirectUris.length === 0 ? undefined : row.postLogoutRedirectUris,
    grant_types: row.grantTypes,
    response_types: row.grantTypes.includes('authorization_code') ? ['code'] : [],
    token_endpoint_auth_method: row.authMethod,
    scope: row.scopes?.join(' '),
    jwks: row.jwks ?? undefined,
    jwks_uri: row.jwksUri ?? undefined,
    subject_type: row.subjectType,
    id_token_signed_response_alg: row.idTokenAlg,
    require_pushed_authorization_requests: row.requiresPushedRequests,
    dpop_bound_access_tokens: row.requiresDpop,
    backchannel_logout_uri: row.backchannelLogoutUri ?? undefined,
    client_uri: row.about.clientUri,
    logo_uri: row.about.logoUri,
    policy_uri: row.about.policyUri,
    tos_uri: row.about.tosUri,
    contacts: row.about.contacts,
    software_id: row.about.softwareId,
    software_version: row.about.softwareVersion,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** The terms of a registration. Throws `invalid_redirect_uri`, `invalid_client_metadata` (RFC 7591 §3.2.2). */
export async function readRegistration(
  deps: Pick<Deps, 'config' | 'limiter' | 'fetchPublic'>,
  asking: Cause,
  body: Readonly<Record<string, unknown>>,
  before?: Pick<NewClient, 'sector' | 'redirectUris' | 'grantTypes'>,
): Promise<ReadMetadata['terms'] & { sector: string | null }> {
  const { terms, faults, sectorIdentifierUri } = readMetadata(body, {
    methods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    defaultName: 'Unnamed app',
    privateTargets: deps.config.privateTargets,
  })
  const [first] = faults
  if (first !== undefined) throw faulty(first)
  const sector = await sectorOf(deps, terms, { uri: sectorIdentifierUri, before, asking })
  if ('expected' in sector) throw faulty({ member: 'sector_identifier_uri', expected: sector.expected })
  return { ...terms, sector: sector.sector }
}

const faulty = ({ member, at, expected }: MetadataFault) =>
  refuse(
    member === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata',
    `${member}${at === undefined ? '' : `[${at}]`}: ${expected}.`,
  )
