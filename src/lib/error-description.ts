/** Errors as plain data for logs. */

export interface ErrorDescription {
  name: string
  message: string
  code?: string
  stack?: string[]
  cause?: ErrorDescription
}

/**
 * Drops the wrapper drizzle puts around database errors: its message holds the SQL and every parameter, password
 * hashes included. What the database itself said names tables and columns only.
 */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error, message: 'not an Error' }
  if (error.name === 'DrizzleQueryError' || 'params' in error) return describeError(error.cause)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line))
  return {
    name: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(frames === undefined ? {} : { stack: frames.slice(0, 8).map((line) => line.trim()) }),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  }
}
