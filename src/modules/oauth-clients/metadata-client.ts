/** Clients that a document at their https URL describes (draft-ietf-oauth-client-id-metadata-document-03). */
import { limitAddressHere } from '../../core/limits/request-budgets.ts'
import type { Deps } from '../../deps.ts'
import { fromUtf8 } from '../../lib/encoding.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { oncePer } from '../../lib/once-per.ts'
import { type PublicAnswer, PublicFetchError } from '../../lib/public-addresses.ts'
import { findStored, type StoredClient } from './client.ts'
import { isObject, type MetadataFault, readMetadata } from './client-metadata.ts'
import type { Client, ClientAbout } from './client-model.ts'
import type { ClientTerms } from './client-terms.ts'
import { createFetched } from './fetched.ts'
import { storeChangedDocument } from './keep-client.ts'

export type MetadataDeps = Pick<
  Deps,
  'config' | 'db' | 'principals' | 'clock' | 'random' | 'limiter' | 'log' | 'defer' | 'fetchPublic'
>
/** Who asks: the network that pays for a document that is not known. */
export type Asking = Parameters<typeof limitAddressHere>[2]

const MAX_BYTES = 65_536
const TIMEOUT_MS = 5_000
/** Each has at most some 100 KB. */
const MAX_DOCUMENTS = 200
const MIN_KEPT_S = 60
const DEFAULT_KEPT_S = 3_600
const MAX_KEPT_S = 86_400

/** The document is there and wrong. The message is for its developer. */
class DocumentRefused extends Error {
  override name = 'DocumentRefused'
}

const documentsBy = oncePer((_fetchPublic: Deps['fetchPublic']) => createFetched<ClientTerms>(MAX_DOCUMENTS))

/**
 * The client that the document at this URL describes. The document is read again when its Cache-Control says so, after a minute at
 * the least and a day at the most. While its host does not answer, a client that people use stays as it was.
 *
 * Undefined for a client that an administrator disabled. Throws `invalid_client` for a document that is refused or cannot be read;
 * the description says why. Throws `request.rate_limited`.
 */
export async function findMetadataClient(deps: MetadataDeps, id: string, asking?: Asking): Promise<Client | undefined> {
  const { clock } = deps
  const stored = await findStored(deps, id)
  if (stored?.status === 'disabled') return undefined
  const documents = documentsBy(deps.fetchPublic)
  const now = clock.now()
  try {
    const known = documents.known(id, now)
    if (known) return described(id, known.value)
    if (asking) takeDocument(deps, asking)
    const terms = await documents.ask(id, now, () => readDocument(deps, id))
    if (stored !== undefined) storeChangedDocument(deps, stored, terms)
    return described(id, terms)
  } catch (error) {
    const isLiving = stored?.source === 'metadata' && (stored.expiresAt === null || stored.expiresAt > now)
    if (error instanceof PublicFetchError && isLiving) return withHost(stored)
    if (!(error instanceof PublicFetchError || error instanceof DocumentRefused)) throw error
    const why = error instanceof DocumentRefused ? error.message : 'it cannot be read.'
    throw refuse('invalid_client', `The metadata document of the client is refused: ${why}`, { cause: error })
  }
}

async function readDocument({ config, fetchPublic }: MetadataDeps, id: string) {
  const answer = await fetchPublic(id, {
    headers: { accept: 'application/json' },
    maxBytes: MAX_BYTES,
    timeoutMs: TIMEOUT_MS,
  })
  if (answer.status >= 500 || answer.status === 429) throw new PublicFetchError(`the host answered ${answer.status}`)
  if (answer.status !== 200) throw new DocumentRefused(`its URL answers ${answer.status}, not 200.`)
  const type = answer.headers.get('content-type') ?? ''
  if (!/^application\/(?:json|[\w.-]+\+json)\s*(?:;|$)/i.test(type)) throw new DocumentRefused('it is not JSON.')
  return { value: termsOf(parsed(answer), id, config.privateTargets), keptMs: keptSeconds(answer.headers) * 1000 }
}

function parsed({ body }: PublicAnswer): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(fromUtf8(body))
  } catch {
    throw new DocumentRefused('it is not JSON.')
  }
  if (!isObject(value)) throw new DocumentRefused('it is no JSON object.')
  return value
}

/** Throws `DocumentRefused`. */
export function termsOf(document: Record<string, unknown>, id: string, privateTargets: boolean): ClientTerms {
  // Compared as text: the document of another client must not stand in for this one.
  if (document.client_id !== id) throw new DocumentRefused('its client_id is not its URL.')
  if ('client_secret' in document || 'client_secret_expires_at' in document)
    throw new DocumentRefused('it has a secret.')
  const { origin, host } = new URL(id)
  const { terms, faults } = readMetadata(document, {
    methods: ['none', 'private_key_jwt'],
    defaultName: host,
    privateTargets,
  })
  const foreign = terms.redirectUris.findIndex((uri) => /^https:/.test(uri) && new URL(uri).origin !== origin)
  const all: readonly MetadataFault[] =
    faults.length === 0 && foreign >= 0
      ? [{ member: 'redirect_uris', at: foreign, expected: 'Expected the origin of the client' }]
      : faults
  const [first] = all
  if (first !== undefined)
    throw new DocumentRefused(`${first.member}${first.at === undefined ? '' : `[${first.at}]`}: ${first.expected}.`)
  // Nothing proves pairwise sectors and links to other hosts.
  return { ...terms, subjectType: 'public', about: ownAbout(terms.about, host) }
}

function ownAbout({ clientUri, logoUri, policyUri, tosUri, ...about }: ClientAbout, host: string): ClientAbout {
  const links = Object.entries({ clientUri, logoUri, policyUri, tosUri })
  const own = links.filter(([, uri]) => uri !== undefined && new URL(uri).host === host)
  return { ...about, ...Object.fromEntries(own) }
}

/** RFC 9111 §5.2.2. */
function keptSeconds(headers: Headers): number {
  const control = headers.get('cache-control')?.toLowerCase() ?? ''
  if (/\bno-(?:store|cache)\b/.test(control)) return MIN_KEPT_S
  const age = /\bmax-age\s*=\s*"?(\d{1,9})/.exec(control)?.[1]
  return age === undefined ? DEFAULT_KEPT_S : Math.min(MAX_KEPT_S, Math.max(MIN_KEPT_S, Number(age)))
}

const described = (id: string, terms: ClientTerms): Client => ({
  ...terms,
  id,
  source: 'metadata',
  orgId: null,
  host: new URL(id).host,
  firstParty: false,
  secrets: [],
  sectorSalt: null,
  sector: null,
})

const withHost = (stored: StoredClient): Client => ({ ...stored, host: new URL(stored.id).host })

/** A document that is not known costs a request to a host that a stranger chose. Throws `request.rate_limited`. */
const takeDocument = (deps: MetadataDeps, asking: Asking): void =>
  limitAddressHere(deps, 'client-metadata:address', asking)
