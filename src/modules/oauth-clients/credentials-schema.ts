import { Type } from '@sinclair/typebox'

/** The parameters by which a client authenticates (RFC 6749 §2.3, RFC 7523 §2.2), unless it uses the header Authorization. */
export const clientCredentials = () => ({
  client_id: Type.Optional(
    Type.String({
      description: 'Required, unless the header Authorization or the assertion names the client.',
      examples: ['cli_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
    }),
  ),
  client_secret: Type.Optional(Type.String({ description: 'Of a client with a secret.' })),
  client_assertion_type: Type.Optional(
    Type.Literal('urn:ietf:params:oauth:client-assertion-type:jwt-bearer', {
      description: 'Required with `client_assertion`.',
    }),
  ),
  client_assertion: Type.Optional(
    Type.String({ description: 'Of a client with `private_key_jwt`: a JWT that it signed. It works once.' }),
  ),
})
