import { Type } from '@sinclair/typebox'
import { clientCredentials } from '../oauth-clients/credentials-schema.ts'

/** RFC 7009 §2.1. */
export const RevocationForm = () =>
  Type.Object(
    {
      ...clientCredentials(),
      token: Type.String({
        description: 'An access token or a refresh token.',
        examples: ['4uQGvSx8Qd0mV6bF4l1bYJ8nTq2wXhR3sK5pZ7cE9aI'],
      }),
      token_type_hint: Type.Optional(Type.String({ description: 'Ignored: the token says what it is.' })),
    },
    { title: 'RevocationRequest' },
  )

export const Revoked = Type.Object({}, { title: 'Revoked', description: 'Done, also for an unknown token.' })
