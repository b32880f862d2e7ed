/** Errors as plain data for logs. */

export interface ErrorDescription {
  name: string
  message: string
  code?: string
  stack?: string[]
  cause?: ErrorDescription
}

/** The cause of an error may be the error itself. */
const MAX_DEPTH = 8

/**
 * Drops the wrapper of drizzle around database errors. Its message holds the SQL and all parameters, also password
 * hashes. The message of the database names only tables and columns.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error, message: 'not an Error' }
  if (error.name === 'DrizzleQueryError' || 'params' in error) return describeError(error.cause, depth + 1)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line))
  return {
    name: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(frames === undefined ? {} : { stack: frames.slice(0, 8).map((line) => line.trim()) }),
    ...(error.cause === undefined || depth === MAX_DEPTH ? {} : { cause: describeError(error.cause, depth + 1) }),
  }
}
