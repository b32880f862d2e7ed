import { Type } from '@sinclair/typebox'
import { IdOrEmail } from './find-user.ts'

/** The input of `authz.explain`. */
export const AccessQuestion = Type.Object(
  {
    user: IdOrEmail,
    permission: Type.String({ minLength: 1, maxLength: 128 }),
    org: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    resource: Type.Optional(
      Type.Object(
        { type: Type.String({ maxLength: 64 }), id: Type.Optional(Type.String({ maxLength: 256 })) },
        { additionalProperties: false },
      ),
    ),
    properties: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { additionalProperties: false },
)
