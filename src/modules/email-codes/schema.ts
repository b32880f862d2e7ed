import { Type } from '@sinclair/typebox'
import { DeviceToken } from '../mfa/schema.ts'
import { withProof } from '../proofs/schema.ts'
import { UseCookie } from '../sessions/session-schema.ts'

export const EmailCodeBody = withProof('EmailCodeSignIn', {
  useCookie: Type.Optional(UseCookie),
  deviceToken: Type.Optional(DeviceToken),
})
