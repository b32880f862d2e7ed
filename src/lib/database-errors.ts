/** What a failed statement means. Files and servers report the same failure in different words. */
import { type Problem, problem } from '../errors.ts'

/** The column of a broken UNIQUE constraint, such as `users.email_key`; undefined for any other error. */
export const uniqueViolation = (error: unknown): string | undefined =>
  causes(error)
    .map(({ message }) => /UNIQUE constraint failed: (\S+?)(?:,|\s|$)/.exec(message)?.[1])
    .find((column) => column !== undefined)

/** The problem to answer when the storage, not the request, is at fault; undefined for any other error. */
export function storageProblem(error: unknown): Problem | undefined {
  const text = causes(error)
    .map((cause) => `${cause.name} ${'code' in cause ? String(cause.code) : ''} ${cause.message}`)
    .join('\n')
  if (/SQLITE_FULL|SQLITE_IOERR|disk is full/.test(text)) return problem('server.storage_full', { cause: error })
  if (UNAVAILABLE.test(text)) return problem('server.unavailable', { retryAfterSeconds: 1, cause: error })
  return undefined
}

const UNAVAILABLE =
  /SQLITE_BUSY|SQLITE_READONLY|SQLITE_CANTOPEN|REMOTE_TIMEOUT|TimeoutError|AbortError|ECONNREFUSED|ConnectionRefused|ECONNRESET|fetch failed|Unable to connect|SERVER_ERROR|HRANA|socket|CLIENT_CLOSED/i

const MAX_CAUSES = 8

/** Without the wrappers of drizzle: their messages hold parameters, so a caller could write any of these words there. */
function causes(error: unknown): Error[] {
  const found: Error[] = []
  for (let at = error; at instanceof Error && found.length < MAX_CAUSES; at = at.cause) found.push(at)
  return found.filter((cause) => !('params' in cause))
}
