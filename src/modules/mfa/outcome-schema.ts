import { Type } from '@sinclair/typebox'
import { CookieSession, Session } from '../sessions/session-schema.ts'
import { MfaRequired } from './schema.ts'

/** The answer to a correct first factor. */
export const SignInOutcome = Type.Union([Session, CookieSession, MfaRequired], { 'x-headers': ['Set-Cookie'] })
