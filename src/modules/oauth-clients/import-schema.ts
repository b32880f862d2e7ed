/** Clients as rows of a file: what `POST /v1/oauth-clients` takes, with the id and the secret that a client has already. */
import { type Static, Type } from '@sinclair/typebox'
import { CreateOAuthClient, UpdateOAuthClient } from './schema.ts'

export const MAX_IMPORTED_CLIENTS = 1000

export const ImportedClient = Type.Object(
  {
    ...CreateOAuthClient.properties,
    /** RFC 6749 appendix A.1. A URL would name a metadata document. */
    clientId: Type.Optional(
      Type.String({
        pattern: '^(?!https?:)[ -~]{1,200}$',
        'x-expected': 'an id of 1 to 200 printable ASCII characters that is no URL',
      }),
    ),
    /** RFC 6749 appendix A.2. */
    clientSecret: Type.Optional(
      Type.String({ pattern: '^[ -~]{1,1024}$', 'x-expected': 'a secret of printable ASCII characters' }),
    ),
    status: UpdateOAuthClient.properties.status,
  },
  { additionalProperties: false },
)
export type ImportedClient = Static<typeof ImportedClient>
