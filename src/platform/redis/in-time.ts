import { withResolvers } from '../../lib/with-resolvers.ts'

/** Bun's client has no time limit for a command, so a Redis that is frozen would be waited for without end. */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`Redis did not answer within ${ms} ms`)), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
