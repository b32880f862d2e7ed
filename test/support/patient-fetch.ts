import type { Deps } from '../../src/deps.ts'
import { createPublicFetch } from '../../src/platform/public-fetch.node.ts'

const PATIENCE_MS = 240_000

/**
 * The real sender of requests to the programs and endpoints of operators. A limit below a second is the subject of its test. A longer
 * one only ends a hang: an answer that a busy machine delays is not late.
 */
export function createPatientFetch(options: Parameters<typeof createPublicFetch>[0]): Deps['fetchPublic'] {
  const fetch = createPublicFetch(options)
  return (url, request) =>
    fetch(url, { ...request, timeoutMs: request.timeoutMs < 1_000 ? request.timeoutMs : PATIENCE_MS })
}
