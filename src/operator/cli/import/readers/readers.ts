/** The readers by the name that `--from` takes, and the one of this server. */
import { auth0 } from './auth0.ts'
import { betterAuth } from './better-auth.ts'
import { clerk } from './clerk.ts'
import { firebase } from './firebase.ts'
import { keycloak } from './keycloak.ts'
import { logto } from './logto.ts'
import { pocketbase } from './pocketbase.ts'
import type { Reader } from './reader.ts'
import { supabase } from './supabase.ts'

export const readers = {
  'better-auth': betterAuth,
  auth0,
  clerk,
  firebase,
  keycloak,
  logto,
  pocketbase,
  supabase,
} as const satisfies Record<string, Reader>

export type ReaderName = keyof typeof readers
export const readerNames = Object.keys(readers) as ReaderName[] // the keys of the object above
