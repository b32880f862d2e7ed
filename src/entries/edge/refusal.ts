import type { ErrorCode } from '../../errors.ts'
import { bareProblem } from '../../http/bare-problem.ts'
import { systemClock } from '../../platform/clock.ts'
import { createRandom } from '../../platform/random.ts'

const random = createRandom(systemClock)

interface Refusal {
  /** Where the codes are explained; without it the type is that of RFC 9457 for none. */
  appUrl: string | undefined
  errors: readonly { path: string; message: string }[]
  headers?: Record<string, string>
}

/** A problem document for what never reaches the app: no app could be made, or no Request. */
export const refusal = (code: ErrorCode, refused: Refusal): Response =>
  bareProblem(code, { ...refused, requestId: random.requestId() })
