import { Type } from '@sinclair/typebox'

/** OpenID Connect RP-Initiated Logout 1.0 §2. */
export const LogoutParameters = () =>
  Type.Object(
    {
      id_token_hint: Type.Optional(
        Type.String({
          description: 'An ID token of the session that ends, not older than a day. Without it the person is asked.',
        }),
      ),
      client_id: Type.Optional(
        Type.String({
          description: 'The client that asks, unless the ID token names it.',
          examples: ['cli_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
        }),
      ),
      post_logout_redirect_uri: Type.Optional(
        Type.String({
          description: 'Where the browser goes afterwards: one of the client, character for character.',
          examples: ['https://notes.example/signed-out'],
        }),
      ),
      state: Type.Optional(
        Type.String({ description: 'Comes back with the redirect.', maxLength: 2048, examples: ['af0ifjsldkj'] }),
      ),
      logout_hint: Type.Optional(Type.String({ description: 'Ignored.' })),
      ui_locales: Type.Optional(Type.String({ description: 'Languages for the page, such as `de fr`.' })),
    },
    { title: 'LogoutRequest' },
  )
