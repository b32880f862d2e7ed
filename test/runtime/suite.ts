/**
 * The runtime suite: themes in the order in which they run. Health is first: it checks a server before any other request.
 * Then come the cases of each feature, which its contract lists.
 * What belongs to no feature comes after them, and the outage, from which there is no return, last.
 */
import { contracts } from '../support/contracts.ts'
import type { RuntimeCase } from './case.ts'
import { cookieCases } from './cases/cookies.ts'
import { corsCases } from './cases/cors.ts'
import { oauthFlowCases } from './cases/oauth-flow.ts'
import { outageCases } from './cases/outage.ts'
import { problemCases } from './cases/problems.ts'
import { rateLimitCases } from './cases/rate-limits.ts'

export const suite: Readonly<Record<string, readonly RuntimeCase[]>> = {
  health: contracts.get('health')?.runtime ?? [],
  ...Object.fromEntries([...contracts].map(([name, { runtime }]) => [name, runtime])),
  cookies: cookieCases,
  problems: problemCases,
  cors: corsCases,
  'oauth-flow': oauthFlowCases,
  'rate-limits': [...(contracts.get('rate-limits')?.runtime ?? []), ...rateLimitCases],
  outage: outageCases,
}
