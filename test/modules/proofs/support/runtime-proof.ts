import { expect } from 'bun:test'
import type { Tools } from '../../../runtime/tools.ts'

/** Asks for a mail, and reads what it proves with. */
export const requestProof = async ({ call, proofFor }: Tools, path: string, email: string) => {
  expect((await call(`POST /v1/auth/${path}`, { body: { email } })).status).toBe(202)
  return proofFor(email)
}
