import { Type } from '@sinclair/typebox'
import { OPAQUE_TOKEN } from '../sessions/session-schema.ts'

export const RefreshBody = Type.Object(
  {
    refreshToken: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 512,
        description: 'The refresh token. Absent: the server renews the session cookie.',
        examples: [OPAQUE_TOKEN],
      }),
    ),
  },
  { additionalProperties: false, title: 'Refresh' },
)
