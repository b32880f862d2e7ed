import { Type } from '@sinclair/typebox'
import { OPAQUE_TOKEN } from '../sessions/session-schema.ts'

export const RefreshBody = Type.Object(
  {
    refreshToken: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 512,
        description: 'Absent: the session cookie is renewed.',
        examples: [OPAQUE_TOKEN],
      }),
    ),
  },
  { additionalProperties: false, title: 'Refresh' },
)
