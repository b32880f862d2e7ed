/** The meaning of a failed statement. Files and servers report the same failure with different messages. */
import { type ErrorCode, type Problem, problem } from '../errors.ts'

const brokenColumn =
  (pattern: RegExp) =>
  (error: unknown): string | undefined =>
    causes(error)
      .map(({ message }) => pattern.exec(message)?.[1])
      .find((column) => column !== undefined)

/** The column of a broken UNIQUE constraint, such as `users.email_key`; undefined for any other error. */
export const uniqueViolation = brokenColumn(/UNIQUE constraint failed: (\S+?)(?:,|\s|$)/)

/** The same for a NOT NULL constraint. */
export const nullViolation = brokenColumn(/NOT NULL constraint failed: (\S+?)(?:,|\s|$)/)

/**
 * For `.catch()` of a commit. Throws the problem for the UNIQUE constraint that the commit broke, by its first column.
 * Throws any other error unchanged.
 */
export const whereTaken =
  (problems: Readonly<Record<string, ErrorCode>>) =>
  (error: unknown): never => {
    const code = problems[uniqueViolation(error) ?? '']
    throw code === undefined ? error : problem(code, { cause: error })
  }

/**
 * The problem to answer if the storage failed, and not the request; undefined for any other error. It depends only on
 * the codes of `db/embedded/errors.ts`, `db/remote.ts` and the client. It does not read messages, because these quote
 * names and text.
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
 * No space left. `db/embedded/disk-diagnosis.ts` distinguishes a full disk and a used-up quota (ENOSPC, EDQUOT) from a
 * disk that fails, is mounted read-only, or does not sync.
 */
const FULL = /^SQLITE_FULL(?:_|$)/
/**
 * Codes of the engine, in this process or in a server: extended codes (SQLITE_IOERR_FSYNC) begin with their base code.
 * Codes of the file guard (`db/embedded/file-guard.ts`), of an unreachable server, and of a client that cannot parse an
 * answer.
 */
const UNAVAILABLE =
  /^(?:SQLITE_(?:BUSY|LOCKED|READONLY|CANTOPEN|IOERR|CORRUPT|NOTADB|PROTOCOL|PERM)(?:_\w+)?|DATABASE_\w+|CLIENT_CLOSED|REMOTE_\w+|SERVER_ERROR|HRANA_\w+|STREAM_EXPIRED|TRANSACTION_(?:TIMEOUT|BUSY)|BLOCKED)$/

const MAX_CAUSES = 8

/** All causes except the wrappers of drizzle: their messages hold parameters, so a caller could put any text there. */
function causes(error: unknown): Error[] {
  const found: Error[] = []
  for (let at = error; at instanceof Error && found.length < MAX_CAUSES; at = at.cause) found.push(at)
  return found.filter((cause) => !('params' in cause))
}
