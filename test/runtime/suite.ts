/**
 * The runtime suite: themes in the order in which they run. A module of `src/modules` has the theme of its name; what
 * belongs to no module comes after them, and the outage, from which there is no return, last.
 */
import type { RuntimeCase } from './case.ts'
import { auditEventCases } from './cases/audit-events.ts'
import { authCases } from './cases/auth.ts'
import { cookieCases } from './cases/cookies.ts'
import { corsCases } from './cases/cors.ts'
import { docsCases } from './cases/docs.ts'
import { healthCases } from './cases/health.ts'
import { identityCases } from './cases/identities.ts'
import { importCases } from './cases/import.ts'
import { jobCases } from './cases/jobs.ts'
import { keyCases } from './cases/keys.ts'
import { mailCases } from './cases/mail.ts'
import { meCases } from './cases/me.ts'
import { mfaCases, roleCases } from './cases/mfa.ts'
import { outageCases } from './cases/outage.ts'
import { pagesCases } from './cases/pages.ts'
import { passkeyCases } from './cases/passkeys.ts'
import { problemCases } from './cases/problems.ts'
import { rateLimitCases } from './cases/rate-limits.ts'
import { setupCases } from './cases/setup.ts'
import { userCases } from './cases/users.ts'

export const suite: Readonly<Record<string, readonly RuntimeCase[]>> = {
  health: healthCases,
  setup: setupCases,
  auth: authCases,
  cookies: cookieCases,
  mail: mailCases,
  keys: keyCases,
  mfa: mfaCases,
  passkeys: passkeyCases,
  identities: identityCases,
  me: meCases,
  roles: roleCases,
  users: [...userCases, ...importCases],
  'audit-events': auditEventCases,
  jobs: jobCases,
  pages: pagesCases,
  docs: docsCases,
  problems: problemCases,
  cors: corsCases,
  'rate-limits': rateLimitCases,
  outage: outageCases,
}
