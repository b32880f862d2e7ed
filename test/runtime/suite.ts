/**
 * The runtime suite: themes in the order in which they run. A module of `src/modules` has the theme of its name; what
 * belongs to no module comes after them, and the outage, from which there is no return, last.
 */
import type { RuntimeCase } from './case.ts'
import { auditEventCases } from '../modules/audit-events/runtime-cases.ts'
import { authCases } from './cases/auth.ts'
import { cookieCases } from './cases/cookies.ts'
import { corsCases } from './cases/cors.ts'
import { docsCases } from '../modules/docs/runtime-cases.ts'
import { healthCases } from '../modules/health/runtime-cases.ts'
import { identityCases } from '../modules/providers/runtime-cases.ts'
import { importCases } from '../modules/users/import-runtime-cases.ts'
import { jobCases } from '../modules/jobs/runtime-cases.ts'
import { keyCases } from '../modules/signing-keys/runtime-cases.ts'
import { mailCases } from '../modules/mail/runtime-cases.ts'
import { meCases } from '../modules/me/runtime-cases.ts'
import { mfaCases, roleCases } from '../modules/mfa/runtime-cases.ts'
import { outageCases } from './cases/outage.ts'
import { pagesCases } from '../modules/pages/runtime-cases.ts'
import { passkeyCases } from '../modules/passkeys/runtime-cases.ts'
import { problemCases } from './cases/problems.ts'
import { rateLimitCases } from './cases/rate-limits.ts'
import { setupCases } from '../modules/setup/runtime-cases.ts'
import { userCases } from '../modules/users/runtime-cases.ts'

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
