import { Type } from '@sinclair/typebox'
import { Email } from '../../lib/email.ts'
import { CeremonyChallenge, NewCredential, passkeyAnswer } from './schema.ts'
import { UserName } from '../users/schema.ts'
import { UseCookie } from '../sessions/session-schema.ts'

const closed = { additionalProperties: false }

export const PasskeySignInBody = Type.Object(
  { ...passkeyAnswer, useCookie: Type.Optional(UseCookie) },
  { ...closed, title: 'PasskeySignIn' },
)

export const StartPasskeySignUpBody = Type.Object(
  { email: Email, name: Type.Optional(UserName) },
  { ...closed, title: 'StartPasskeySignUp' },
)

export const PasskeySignUpBody = Type.Object(
  { challenge: CeremonyChallenge, credential: NewCredential, useCookie: Type.Optional(UseCookie) },
  { ...closed, title: 'PasskeySignUp' },
)
