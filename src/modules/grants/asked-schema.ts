import { Type } from '@sinclair/typebox'

export const resources = (description: string) =>
  Type.Array(Type.String({ examples: ['https://api.example.com'] }), { description, maxItems: 20 })

/** The parameters for what a client asks for: RFC 6749 §3.3, RFC 8707, RFC 9396. */
export const askedParameters = () => ({
  scope: Type.Optional(
    Type.String({ description: 'Names that blanks separate.', examples: ['openid profile offline_access'] }),
  ),
  resource: Type.Optional(
    resources('The audiences of the access tokens (RFC 8707). The parameter comes once for each.'),
  ),
  authorization_details: Type.Optional(
    Type.String({
      description: 'A JSON list of objects with a `type` (RFC 9396).',
      contentMediaType: 'application/json',
    }),
  ),
})
