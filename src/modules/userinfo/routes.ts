/** The claims about the person of an access token (OpenID Connect Core §5.3). */
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { ClientPrincipal, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { challenge } from '../../http/challenge.ts'
import { oauthFailures, takesForm } from '../../http/endpoint-detail.ts'
import { isClient } from '../../http/fresh-session.ts'
import { identifier } from '../../http/identify.ts'
import { answering, formOf, oauthJson } from '../../http/oauth.ts'
import { failures } from '../../http/responses.ts'
import { claimsFor, userClaims } from '../grants/claims.ts'
import { describedByFamily } from '../grants/token-queries.ts'

const Userinfo = Type.Object(
  {
    sub: Type.String({ examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
    name: Type.Optional(Type.String({ examples: ['Ada Lovelace'] })),
    preferred_username: Type.Optional(Type.String({ examples: ['ada'] })),
    locale: Type.Optional(Type.String({ description: 'BCP 47.', examples: ['de'] })),
    updated_at: Type.Optional(Type.Integer({ description: 'Seconds.', examples: [1783598400] })),
    email: Type.Optional(Type.String({ examples: ['ada@example.com'] })),
    email_verified: Type.Optional(Type.Boolean({ examples: [true] })),
  },
  { title: 'Userinfo' },
)

const refusals = failures('auth.required', 'accesstoken.invalid', 'accesstoken.proof_invalid', 'userinfo.scope_missing')

const TokenInForm = () =>
  Type.Object(
    {
      access_token: Type.Optional(
        Type.String({ description: 'In the place of the header Authorization (RFC 6750 §2.2).' }),
      ),
    },
    { title: 'UserinfoRequest' },
  )

const detail = {
  tags: ['OAuth'],
  description:
    'The claims that the scopes of the access token cover, and those that the `claims` parameter of the authorization request named. The token has the audience of this server and the scope `openid`. With POST it may be in the field `access_token` of a form.',
}

export function routes(deps: Deps) {
  const { config, db } = deps
  const identify = identifier(deps)

  /** The client with the token of the request. No session counts here, and no API key. */
  async function clientOf(request: Request): Promise<ClientPrincipal & { familyId: string }> {
    // A page of every origin may ask, so no cookie is read.
    if (!request.headers.has('authorization')) throw problem('auth.required')
    const principal = identify.cached(request) ?? (await identify.load(request)).principal
    if (!isClient(principal)) throw problem('accesstoken.invalid')
    const { familyId, scopes, jkt } = principal
    if (familyId === null || !scopes.has('openid'))
      throw problem('userinfo.scope_missing', {
        headers: {
          'www-authenticate': challenge(config.appUrl, {
            scheme: jkt === null ? 'Bearer' : 'DPoP',
            error: 'insufficient_scope',
            more: { scope: 'openid' },
          }),
        },
      })
    return { ...principal, familyId }
  }

  async function answer(request: Request): Promise<Response> {
    const { id, familyId, scopes, subject } = await clientOf(request)
    const [row] = await describedByFamily(db, { familyId })
    if (row === undefined) throw problem('accesstoken.invalid')
    // The person allowed named claims to the client that asked for them. A token in exchange (RFC 8693) has its scopes alone.
    const named = row.clientId === id ? claimsFor(row.claims, 'userinfo') : undefined
    return oauthJson({ ...userClaims(row.user, [...scopes], named), sub: subject })
  }

  /** RFC 6750 §2.2: a bearer token in a form, in the place of the header. */
  function withTokenOf(request: Request, body: unknown): Request {
    const token = formOf(body).get('access_token')
    if (token === undefined || request.headers.has('authorization')) return request
    return new Request(request.url, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
  }

  return new Elysia({ name: 'userinfo', normalize: false })
    .use(access(deps))
    .get(
      '/oauth/userinfo',
      ({ request, requestId, set }) => answering(deps, { requestId, set }, () => answer(request)),
      {
        public: true,
        response: { 200: Userinfo, ...refusals },
        detail: { ...detail, operationId: 'getUserinfo', summary: 'Get the claims about the person of a token' },
      },
    )
    .post(
      '/oauth/userinfo',
      ({ request, body, requestId, set }) =>
        answering(deps, { requestId, set }, () => answer(withTokenOf(request, body))),
      {
        public: true,
        response: { 200: Userinfo, ...refusals },
        detail: {
          ...detail,
          ...takesForm(TokenInForm),
          ...oauthFailures({ 400: ['invalid_request'] }),
          operationId: 'postUserinfo',
          summary: 'The same with POST',
        },
      },
    )
}
