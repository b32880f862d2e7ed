import { Type } from '@sinclair/typebox'
import { Email } from '../../lib/email.ts'
import { withProof } from '../proofs/schema.ts'

export const VerifyEmailBody = withProof('VerifyEmail', {})
export const EmailVerified = Type.Object({ status: Type.Literal('verified') }, { title: 'EmailVerified' })

export const ChangeEmail = Type.Object({ email: Email }, { additionalProperties: false, title: 'ChangeEmail' })
