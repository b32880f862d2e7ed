/** The parts of the OpenAPI document that describe the API as a whole. */
import type { Config } from '../../config.ts'
import { together } from '../../declared.ts'
import { sessionCookieName } from '../../lib/cookies.ts'

const DESCRIPTION = `Accounts, sign-in, sessions and users for products, AI agents and enterprise systems.

**Authentication.** Send \`Authorization: Bearer <access token>\`, or sign in with \`useCookie\` and let the browser send
the session cookie. A request with a cookie and an unsafe method needs an allowed \`Origin\`. Access tokens are JWTs (EdDSA,
RFC 9068). Verify them with \`/.well-known/jwks.json\`. They expire after five minutes; \`POST /v1/auth/refresh\` returns a new one.
A page that shows an account may send the header \`X-Expected-User\` with the id of the user. If the cookie is of another person by then, the
answer is 409 \`session.other_user\`, and nothing is done.

**Errors** are problem documents (RFC 9457). \`code\` is stable: use it to decide what to do. \`type\` is the URL of its description.

**Conventions.** JSON is in camelCase, and times are ISO 8601 in UTC. The server refuses unknown fields in a body with 422. A body has at
most 16 KiB, 100 fields in an object and 100 items in a list, unless its route allows more. Lists come in pages: send
\`nextCursor\` as \`cursor\` of the next request, until it is \`null\`. If the answer to a write with an \`Idempotency-Key\` was lost, send
the same request again. For 24 hours it takes effect once, and the answer to a repeat has the current state.`

/** The tags that the features declare. A test checks that every tag of a route is declared. */
export const tags = Object.entries(together('tags')).map(([name, description]) => ({ name, description }))

export const info = (version: string) => ({
  title: 'Threeger ID',
  version,
  description: DESCRIPTION,
  license: { name: 'MIT', identifier: 'MIT' },
})

export const securitySchemes = ({ appUrl }: Pick<Config, 'appUrl'>) => ({
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The access token of a session.',
  },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookieName(appUrl),
    description:
      '`__Host-session` over https; over plain http `session_` and the port of APP_URL. It is HttpOnly, and the browser sends it automatically.',
  },
  client: {
    type: 'http',
    scheme: 'basic',
    description:
      'The id and a secret of an OAuth client, both form-encoded (RFC 6749 §2.3.1). A client can also authenticate with parameters of the form: `client_secret`, or `client_assertion`; a public client sends `client_id` alone.',
  },
})

const count = (description: string, example: number) => ({
  description,
  schema: { type: 'integer', minimum: 0 },
  example,
})
const text = (description: string, example: string) => ({ description, schema: { type: 'string' }, example })

export const headers = {
  'X-Request-Id': text('The id of this request in the log of the server.', 'req_192121646ad746969'),
  ETag: text(
    'The version of the resource. Send it as `If-Match` with a change, so that the server refuses the change if there is a newer version.',
    '"1"',
  ),
  'Idempotency-Replayed': text(
    '`true` if an earlier request with this `Idempotency-Key` took effect and this one changed nothing.',
    'true',
  ),
  Location: text('The URL of the new resource.', '/v1/users/usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
  'Set-Cookie': text('The session cookie. Sent only with `useCookie`.', 'session=…; Path=/; HttpOnly; SameSite=Lax'),
  'DPoP-Nonce': text('The nonce of the next DPoP proof (RFC 9449 §8).', 'xPR1yDq8VJ0kQm5dB7wZ3nS2gHcT4uLe'),
  'WWW-Authenticate': text(
    'How to authenticate: RFC 6750 §3, and of clients RFC 6749 §5.2.',
    'Bearer error="invalid_token"',
  ),
  'Retry-After': count('Seconds to wait before the next try.', 1),
  RateLimit: text(
    'What is left of the limit (draft-ietf-httpapi-ratelimit-headers-11): the name of the policy, `r` remaining requests, and `t` seconds until the window ends. Absent if the server does not limit the request.',
    '"requests:account";r=59999;t=60',
  ),
  'RateLimit-Policy': text(
    'The limit: the name of the policy, and `q` requests in a window of `w` seconds.',
    '"requests:account";q=60000;w=60',
  ),
}
