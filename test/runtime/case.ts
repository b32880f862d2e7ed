/** The cases that a runtime must pass. Every runtime gets the same cases. */
import type { Tools } from './tools.ts'

export interface RuntimeCase {
  /** The name of its test, after the name of the runtime. */
  guarantee: string
  /** `POST /v1/users/:id/disable`: routes it must have called; `contract/runtime-coverage.test.ts` counts on them. */
  routes: readonly string[]
  run: (tools: Tools) => Promise<void>
}

/** `guarantee('a request without credentials gets 401', ['GET /v1/me'], async ({ call }) => …)` */
export const guarantee = (
  guarantee: string,
  routes: readonly string[],
  run: (tools: Tools) => Promise<void>,
): RuntimeCase => ({ guarantee, routes, run })
