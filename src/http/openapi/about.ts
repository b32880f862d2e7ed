/** What the OpenAPI document says of the API as a whole: everything that no route can say. */
import type { Config } from '../../config.ts'
import { together } from '../../declared.ts'
import { sessionCookieName } from '../../lib/cookies.ts'

const DESCRIPTION = `Accounts, sign-in, sessions and users for products, AI agents and enterprise systems.

**Authentication.** Send \`Authorization: Bearer <access token>\`, or sign in with \`useCookie\` and let the browser send
the session cookie; a cookie with an unsafe method needs an allowed \`Origin\`. Access tokens are JWTs (EdDSA, RFC 9068),
verified with \`/.well-known/jwks.json\`, and live five minutes; \`POST /v1/auth/refresh\` gives the next.

**Errors** are problem documents (RFC 9457). Decide by \`code\`: it is stable. \`type\` leads to its explanation.

**Conventions.** JSON in camelCase, times in ISO 8601 UTC, unknown fields in a body refused with 422. A body has 16 KiB, 100
fields an object and 100 items a list at most, unless its route says more. Lists come in pages:
send \`nextCursor\` back as \`cursor\` until it is \`null\`. A write with an \`Idempotency-Key\` may be sent again when its
answer was lost: for a day it takes effect once, and the repeat is answered with what there is now.`

/** As the features declare them. Every tag that a route uses is declared; a test says so. */
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
      '`__Host-session` over https; over plain http `session_` and the port of APP_URL. HttpOnly: the browser sends it by itself.',
  },
})

const count = (description: string, example: number) => ({
  description,
  schema: { type: 'integer', minimum: 0 },
  example,
})
const text = (description: string, example: string) => ({ description, schema: { type: 'string' }, example })

export const headers = {
  'X-Request-Id': text('Names this request in our log.', 'req_192121646ad746969'),
  ETag: text('The version of what was read. Send it back as `If-Match` to change nothing newer.', '"1"'),
  'Idempotency-Replayed': text(
    '`true` when an earlier request under this `Idempotency-Key` took effect, and this one did not.',
    'true',
  ),
  Location: text('Where the new resource is.', '/v1/users/usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
  'Set-Cookie': text('The session cookie; only with `useCookie`.', 'session=…; Path=/; HttpOnly; SameSite=Lax'),
  'WWW-Authenticate': text('RFC 6750 §3.', 'Bearer error="invalid_token"'),
  'Retry-After': count('Seconds to wait before trying again.', 1),
  RateLimit: text(
    'What is left (draft-ietf-httpapi-ratelimit-headers-11): the name of the policy, `r` requests, and `t` seconds until the window ends and all of them are back. Absent where nothing is limited.',
    '"requests:account";r=59999;t=60',
  ),
  'RateLimit-Policy': text(
    'What is allowed: the name of the policy, `q` requests in a window of `w` seconds.',
    '"requests:account";q=60000;w=60',
  ),
}
