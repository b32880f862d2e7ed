import { Type } from '@sinclair/typebox'
import { CookieSession, Session } from '../sessions/session-schema.ts'
import { MfaRequired } from './schema.ts'

/** How a first factor ends. */
export const SignInOutcome = Type.Union([Session, CookieSession, MfaRequired], { 'x-headers': ['Set-Cookie'] })
