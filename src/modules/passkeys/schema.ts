import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { Timestamp } from '../users/schema.ts'
import { iso } from '../../lib/iso-time.ts'

const closed = { additionalProperties: false }

const base64url = (maxLength: number, description: string, example = 'dGhpcyBpcyBiYXNlNjR1cmw') =>
  Type.String({ minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+$', description, examples: [example] })
/** At most 1023 bytes (WebAuthn Level 3, §4). */
const CredentialId = base64url(1364, 'The id of the credential.', 'q83vASNFZ4k')
const ClientData = base64url(8192, 'The client data of the browser: type, challenge, origin.')
const Transport = Type.String({ minLength: 1, maxLength: 32, examples: ['internal'] })

/** The `challenge` of the answer to `…/options`. The client sends it back unchanged. */
export const CeremonyChallenge = Type.String({
  minLength: 1,
  maxLength: 2048,
  description: '`challenge` of the answer to …/options. Valid for 5 minutes and one use.',
  examples: ['eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJjZXJlbW9ueSI6InNpZ24taW4ifQ.c2lnbmF0dXJl'],
})

/**
 * The result of `credential.toJSON()`. Browsers may add fields, now or later. Fields that are not listed here are
 * ignored.
 */
const credential = {
  id: CredentialId,
  rawId: CredentialId,
  type: Type.Literal('public-key'),
}

/** RegistrationResponseJSON (WebAuthn Level 3, §5.1). */
export const NewCredential = Type.Object(
  {
    ...credential,
    response: Type.Object({
      clientDataJSON: ClientData,
      attestationObject: base64url(16_384, 'The new public key, in CBOR.'),
      transports: Type.Optional(
        Type.Array(Transport, { maxItems: 16, description: 'How the browser can reach the authenticator.' }),
      ),
    }),
  },
  { title: 'NewPasskeyCredential', description: 'The result of `navigator.credentials.create()`, by its `toJSON()`.' },
)
export type NewCredential = Static<typeof NewCredential>

/** AuthenticationResponseJSON (WebAuthn Level 3, §5.1). */
export const Credential = Type.Object(
  {
    ...credential,
    response: Type.Object({
      clientDataJSON: ClientData,
      authenticatorData: base64url(8192, 'The authenticator data.'),
      signature: base64url(4096, 'Over both.'),
      userHandle: Type.Optional(
        // Some authenticators and libraries send '' if they have no user handle.
        Type.Union([base64url(128, 'The user handle, base64url.'), Type.Literal(''), Type.Null()], {
          description: 'The user handle. Empty and null mean absent.',
          examples: [null],
        }),
      ),
    }),
  },
  { title: 'PasskeyCredential', description: 'The result of `navigator.credentials.get()`, by its `toJSON()`.' },
)
export type Credential = Static<typeof Credential>

/** The body fields that answer the options of a `get()`. */
export const passkeyAnswer = { challenge: CeremonyChallenge, credential: Credential }
export interface PasskeyAnswer {
  challenge: string
  credential: Credential
}

const Descriptor = Type.Object({
  id: CredentialId,
  type: Type.Literal('public-key'),
  transports: Type.Array(Type.String({ examples: ['internal'] })),
})
const Challenge = Type.String({ description: 'base64url', examples: ['n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg'] })
const Timeout = Type.Integer({ description: 'Milliseconds.', examples: [300_000] })
const RpId = Type.String({ description: 'The domain that the passkeys belong to.', examples: ['id.example.com'] })

export const RequestOptions = Type.Object(
  {
    challenge: Challenge,
    rpId: RpId,
    timeout: Timeout,
    userVerification: Type.Literal('required'),
    allowCredentials: Type.Array(Descriptor),
  },
  { title: 'PasskeyRequestOptions', description: 'For `PublicKeyCredential.parseRequestOptionsFromJSON()`.' },
)

export const CreationOptions = Type.Object(
  {
    challenge: Challenge,
    rp: Type.Object({ id: RpId, name: Type.String({ examples: ['Threeger ID'] }) }),
    user: Type.Object({
      id: Type.String({ description: 'The user handle, base64url.', examples: ['dXNyXzAxOTBhNWUw'] }),
      name: Type.String({ examples: ['ada@example.com'] }),
      displayName: Type.String({ examples: ['Ada Lovelace'] }),
    }),
    pubKeyCredParams: Type.Array(
      Type.Object({
        type: Type.Literal('public-key'),
        alg: Type.Integer({ description: 'COSE algorithm.', examples: [-7] }),
      }),
    ),
    timeout: Timeout,
    attestation: Type.Literal('none'),
    excludeCredentials: Type.Array(Descriptor),
    authenticatorSelection: Type.Object({
      residentKey: Type.Literal('required'),
      requireResidentKey: Type.Boolean(),
      userVerification: Type.Literal('required'),
    }),
    extensions: Type.Object({ credProps: Type.Boolean() }),
  },
  { title: 'PasskeyCreationOptions', description: 'For `PublicKeyCredential.parseCreationOptionsFromJSON()`.' },
)

export const StartedRequest = Type.Object(
  { challenge: CeremonyChallenge, options: RequestOptions },
  { title: 'PasskeyRequest' },
)
export const StartedCreation = Type.Object(
  { challenge: CeremonyChallenge, options: CreationOptions },
  { title: 'PasskeyCreation' },
)

const PasskeyId = Type.String({
  pattern: '^pky_[0-9a-f]{32}$',
  examples: ['pky_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
})
export const PasskeyParams = t.Object({ id: PasskeyId })
export const PasskeyName = Type.String({
  minLength: 1,
  maxLength: 100,
  description: 'A name that helps the owner tell the passkeys apart.',
  examples: ['My laptop'],
})

export const NoBody = Type.Object({}, { ...closed, title: 'Nothing' })
export const AddPasskey = Type.Object(
  { challenge: CeremonyChallenge, credential: NewCredential, name: Type.Optional(PasskeyName) },
  { ...closed, title: 'AddPasskey' },
)
export const RenamePasskey = Type.Object({ name: PasskeyName }, { ...closed, title: 'RenamePasskey' })

const orNull = (description: string) =>
  Type.Union([Timestamp, Type.Null()], { description, examples: ['2026-07-09T12:00:00.000Z'] })

/** Does not contain the public key: only the server needs it. */
export const Passkey = Type.Object(
  {
    id: PasskeyId,
    name: PasskeyName,
    credentialId: Type.String({
      description: 'For `PublicKeyCredential.signalAllAcceptedCredentials()`.',
      examples: ['q83vASNFZ4k'],
    }),
    backedUp: Type.Boolean({ description: 'An account elsewhere synchronises the passkey to other devices.' }),
    createdAt: Timestamp,
    lastUsedAt: orNull('null if it was never used.'),
    flaggedAt: orNull('When its counter went back: a copy of the passkey may exist. null: the counter is in order.'),
  },
  { title: 'Passkey' },
)
export type Passkey = Static<typeof Passkey>

export const Passkeys = Type.Object(
  { items: Type.Array(Passkey, { maxItems: 50, description: 'Oldest first.' }) },
  { title: 'Passkeys' },
)

export interface PasskeyRow {
  id: string
  name: string
  credentialId: string
  backedUp: boolean
  createdAt: number
  lastUsedAt: number | null
  flaggedAt: number | null
}

/** Converts a row to the form that the API shows. */
export const toPasskey = (row: PasskeyRow): Passkey => ({
  id: row.id,
  name: row.name,
  credentialId: row.credentialId,
  backedUp: row.backedUp,
  createdAt: iso(row.createdAt),
  lastUsedAt: row.lastUsedAt === null ? null : iso(row.lastUsedAt),
  flaggedAt: row.flaggedAt === null ? null : iso(row.flaggedAt),
})
