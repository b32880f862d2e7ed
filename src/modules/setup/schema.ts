import { type Static, Type } from '@sinclair/typebox'
import { Email } from '../../lib/email.ts'
import { UseCookie } from '../sessions/session-schema.ts'
import { NewPassword, UserName } from '../users/schema.ts'

export const SetupBody = Type.Object(
  {
    token: Type.String({
      minLength: 1,
      maxLength: 2048,
      description: 'The token that the server prints at its start.',
      examples: ['eyJhbGciOiJIUzI1NiJ9.eyJwdXJwb3NlIjoic2V0dXAifQ.c2lnbmF0dXJl'],
    }),
    email: Email,
    password: NewPassword,
    name: UserName,
    useCookie: Type.Optional(UseCookie),
  },
  { additionalProperties: false, title: 'Setup' },
)
export type SetupBody = Static<typeof SetupBody>
