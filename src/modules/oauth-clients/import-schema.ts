/** Clients as rows of a file: what `POST /v1/oauth-clients` takes, with the id and the secret that a client has already. */
import { type Static, Type } from '@sinclair/typebox'
import { CreateOAuthClient, UpdateOAuthClient } from './schema.ts'

export const MAX_IMPORTED_CLIENTS = 1000

export const ImportedClient = Type.Object(
  {
    ...CreateOAuthClient.properties,
    /**
     * RFC 6749 appendix A.1. A URL would name a metadata document. An id of something else of this server would be the `sub` of a
     * token that is not about it (RFC 9068 §5), and `threeger` is the client of our own sessions.
     */
    clientId: Type.Optional(
      Type.String({
        pattern: '^(?!https?:|threeger$|(?!cli_)[a-z]{3}_[0-9a-f]{32}$)[ -~]{1,200}$',
        'x-expected': 'an id of 1 to 200 printable ASCII characters that is no URL and no id of something else',
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
