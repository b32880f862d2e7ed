import type { Deps } from '../../deps.ts'
import { invalid } from './client-faults.ts'
import { hintOf, newSecret, sealSecret } from './client-secrets.ts'
import { type ClientTerms, faultsOf, usesSecret } from './client-terms.ts'
import { columnsOf } from './described.ts'
import type { NewClient, NewSecret } from './queries.ts'
import { sectorOf } from './sector.ts'

type NewDeps = Pick<Deps, 'config' | 'clock' | 'random' | 'limiter' | 'fetchPublic'>

export interface ClientOrigin {
  id: string
  orgId: string | null
  firstParty: boolean
  /** null: the operator. */
  createdBy: string | null
  /** A secret that the client has already. Absent: a new one, if it authenticates with a secret. */
  secret?: string | undefined
  sectorIdentifierUri?: string | undefined
  /** The operator or an administrator of the instance vouches for it. */
  trusted: boolean
  asking: Parameters<typeof sectorOf>[2]['asking']
}

export interface PreparedClient {
  row: NewClient
  secret: { text: string; row: NewSecret } | undefined
}

/** The rows of a client that an administrator or the operator describes. Throws `request.invalid`. */
export async function prepareClient(
  deps: NewDeps,
  terms: ClientTerms,
  { id, orgId, firstParty, createdBy, secret, sectorIdentifierUri, trusted, asking }: ClientOrigin,
): Promise<PreparedClient> {
  const { config, clock } = deps
  const faults = faultsOf(terms, { trusted, privateTargets: config.privateTargets })
  if (faults.length > 0) throw invalid(faults)
  const sector = await sectorOf(deps, terms, { uri: sectorIdentifierUri, asking })
  if ('expected' in sector) throw invalid([sector])
  const now = clock.now()
  const text = usesSecret(terms) ? (secret ?? newSecret(deps)) : undefined
  return {
    row: {
      id,
      source: 'administrator',
      orgId,
      status: 'active',
      firstParty,
      ...columnsOf(terms),
      sector: sector.sector,
      registrationTokenHash: null,
      createdBy,
      version: 1,
      createdAt: now,
      updatedAt: now,
      expiresAt: null,
    },
    secret: text === undefined ? undefined : { text, row: await newSecretRow(deps, id, text, null) },
  }
}

/** The row of a secret, which has only its MAC. */
export async function newSecretRow(
  deps: Pick<Deps, 'config' | 'clock' | 'random'>,
  clientId: string,
  secret: string,
  expiresAt: number | null,
): Promise<NewSecret> {
  return {
    id: deps.random.id('sec'),
    clientId,
    ...(await sealSecret(deps, clientId, secret)),
    hint: hintOf(secret),
    createdAt: deps.clock.now(),
    expiresAt,
  }
}
