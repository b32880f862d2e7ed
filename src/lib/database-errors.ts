/** What a failed statement means. Files and servers report the same failure in different words. */
import { type ErrorCode, type Problem, problem } from '../errors.ts'

/** The column of a broken UNIQUE constraint, such as `users.email_key`; undefined for any other error. */
export const uniqueViolation = (error: unknown): string | undefined =>
  causes(error)
    .map(({ message }) => /UNIQUE constraint failed: (\S+?)(?:,|\s|$)/.exec(message)?.[1])
    .find((column) => column !== undefined)

/**
 * For `.catch()` of a commit: throws the problem of the UNIQUE constraint that it broke, named by its first column, and any
 * other error as it is.
 */
export const whereTaken =
  (problems: Readonly<Record<string, ErrorCode>>) =>
  (error: unknown): never => {
    const code = problems[uniqueViolation(error) ?? '']
    throw code === undefined ? error : problem(code, { cause: error })
  }

/**
 * The problem to answer when the storage, not the request, is at fault; undefined for any other error. Decided by the
 * codes that `db/embedded/errors.ts`, `db/remote.ts` and the client give, never by a message: those quote names and text.
 */
export function storageProblem(error: unknown): Problem | undefined {
  const codes = causes(error).flatMap((cause) =>
    'code' in cause && typeof cause.code === 'string' ? [cause.code] : [],
  )
  if (codes.some((code) => FULL.test(code))) return problem('server.storage_full', { cause: error })
  if (codes.some((code) => UNAVAILABLE.test(code)))
    return problem('server.unavailable', { retryAfterSeconds: 1, cause: error })
  return undefined
}

/**
 * No room, and nothing else: `db/embedded/disk-diagnosis.ts` tells a full disk and a used-up quota (ENOSPC, EDQUOT) from
 * a disk that fails, is mounted read-only, or does not sync.
 */
const FULL = /^SQLITE_FULL(?:_|$)/
/**
 * Of the engine, here or in a server: extended codes (SQLITE_IOERR_FSYNC) begin with their base. Of the guard of the file
 * (`db/embedded/file-guard.ts`); of a server out of reach; of the client, which could not make sense of what it was sent.
 */
const UNAVAILABLE =
  /^(?:SQLITE_(?:BUSY|LOCKED|READONLY|CANTOPEN|IOERR|CORRUPT|NOTADB|PROTOCOL|PERM)(?:_\w+)?|DATABASE_\w+|CLIENT_CLOSED|REMOTE_\w+|SERVER_ERROR|HRANA_\w+|STREAM_EXPIRED|TRANSACTION_(?:TIMEOUT|BUSY)|BLOCKED)$/

const MAX_CAUSES = 8

/** Without the wrappers of drizzle: their messages hold parameters, so a caller could write any of these words there. */
function causes(error: unknown): Error[] {
  const found: Error[] = []
  for (let at = error; at instanceof Error && found.length < MAX_CAUSES; at = at.cause) found.push(at)
  return found.filter((cause) => !('params' in cause))
}
