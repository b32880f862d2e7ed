/**
 * Failures for operators: a sentence on a terminal, JSON for a machine, a line on the socket. Every command and every start
 * uses this file, so each failure names the next step.
 */
import { ConfigError } from '../config.ts'
import { catalogue, Problem } from '../errors.ts'
import { storageProblem } from '../lib/database-errors.ts'

/** A problem document without its HTTP parts, and with a remedy. */
export interface Failure {
  code: string
  title: string
  /** The next step for the operator. Empty if the title contains it. */
  remedy: string
  detail?: string
  errors?: { path: string; message: string }[]
}

/** A failure that only operators see. Its codes are not in the public catalogue, because no HTTP client gets them. */
export class OperatorError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.title)
    this.name = 'OperatorError'
  }
}

/**
 * Describes any failure of an operation or of a start, with a remedy. It leaves out HTTP fields such as the request id. It
 * leaves out the cause of an unexpected failure, which is in the log.
 */
export const toFailure = (error: unknown): Failure => foreseen(causesOf(error)) ?? fromProblem(error) ?? UNFORESEEN

/** The same for a process without a log: the detail has the cause of an unexpected failure. */
export function toOwnFailure(error: unknown): Failure {
  const detail = causesOf(error).at(-1)?.message
  return isUnforeseen(error) && detail !== undefined ? { ...UNFORESEEN, detail } : toFailure(error)
}

/** True for an unexpected failure, whose cause must be logged. */
export const isUnforeseen = (error: unknown): boolean =>
  foreseen(causesOf(error)) === undefined && fromProblem(error) === undefined

/** The failure as lines for a terminal, with one sentence or finding a line. */
export const failureLines = ({ title, detail, errors = [], remedy }: Failure): string[] =>
  [...title.split('\n'), detail ?? '', ...errors.map(({ path, message }) => `  ${path}: ${message}`), remedy].filter(
    Boolean,
  )

interface Cause {
  name: string
  message: string
  code: string | undefined
  /** The path of a failed call to the file system. */
  path: string | undefined
  error: unknown
}

const MAX_CAUSES = 8

/** The chain of causes, from the outside in. The errors of drizzle are left out: their messages contain parameters. */
function causesOf(error: unknown): Cause[] {
  const found: Cause[] = []
  // Not `instanceof Error`: Bun throws another type for a module that it cannot find.
  for (
    let at = error;
    typeof at === 'object' && at !== null && found.length < MAX_CAUSES;
    at = propertyOf(at, 'cause')
  ) {
    const [message, name] = [propertyOf(at, 'message'), propertyOf(at, 'name')]
    if (typeof message !== 'string' || 'params' in at) continue
    const [code, path] = [propertyOf(at, 'code'), propertyOf(at, 'path')]
    found.push({
      name: String(name),
      message,
      code: typeof code === 'string' ? code : undefined,
      path: typeof path === 'string' ? path : undefined,
      error: at,
    })
  }
  return found
}

const propertyOf = (value: object, name: string): unknown =>
  name in value ? value[name as keyof typeof value] : undefined

function foreseen(causes: readonly Cause[]): Failure | undefined {
  for (const cause of causes) {
    const { error, message, code } = cause
    if (error instanceof OperatorError) return error.failure
    if (error instanceof ConfigError) return wrongConfig(error)
    // Compared by its name, because this file may not import from the database.
    if (cause.name === 'DatabaseOpenError')
      return {
        code: code ?? 'database.cannot_open',
        title: message,
        remedy: 'DATABASE_URL names this file. Correct the variable if you meant another file.',
      }
    const found = remoteFailure(cause) ?? systemFailure(cause)
    if (found) return found
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND')
      return {
        code: 'install.incomplete',
        title: `A package is missing: ${message.split('\n')[0]}.`,
        remedy: 'Run `bun install` in the folder of the release, then repeat the command.',
      }
    if (/^no such (?:table|column): /.test(message.replace(/^SQLITE_ERROR: (?:sqlite error: )?/i, '')))
      return {
        code: 'database.not_migrated',
        title: 'Tables of this release are missing in the database.',
        detail: message,
        remedy:
          'Run `bun run db:migrate`, or start the server of this release once. Both apply the missing migrations.',
      }
  }
  return undefined
}

const wrongConfig = ({ message, others }: ConfigError): Failure => ({
  code: 'config.invalid',
  title: message,
  remedy:
    others.length === 0
      ? 'Correct this variable of the environment or .env.'
      : 'Correct these variables of the environment or .env.',
})

/** Failures of a libSQL server (`db/remote.ts`). */
function remoteFailure({ code, message }: Cause): Failure | undefined {
  if (code === 'REMOTE_REFUSED')
    return {
      code: 'database.refused',
      title: `DATABASE_URL: ${message}. Correct DATABASE_URL and DATABASE_AUTH_TOKEN.`,
      remedy: 'The token must belong to the database that DATABASE_URL names.',
    }
  if (!/^(?:REMOTE_|HRANA_|SERVER_ERROR$|STREAM_EXPIRED$)/.test(code ?? '')) return undefined
  return {
    code: 'server.unavailable',
    title: `DATABASE_URL: ${message}.`,
    remedy:
      'Start the database, or correct DATABASE_URL and DATABASE_AUTH_TOKEN. A write may have been committed: check before you repeat it.',
  }
}

const SYSTEM_CODES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the volume is mounted read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it exists already',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the path is too long',
  EIO: 'the disk failed',
}

function systemFailure({ code = '', path, message }: Cause): Failure | undefined {
  const reason = SYSTEM_CODES[code]
  if (reason === undefined) return undefined
  return {
    code: 'system.failed',
    title: `${path ?? message.replace(/^\w+: /, '')} cannot be used: ${reason} (${code}).`,
    remedy: 'Check the path, its owner and mode, and its volume. Then repeat the command.',
  }
}

/** Failures that an HTTP client would get too. */
function fromProblem(error: unknown): Failure | undefined {
  const found = error instanceof Problem ? error : storageProblem(error)
  if (found === undefined || found.code === 'server.error') return undefined
  const { code, message, options } = found
  return {
    code,
    title: message,
    remedy: catalogue[code].remedy,
    ...(options.detail === undefined ? {} : { detail: options.detail }),
    ...(options.errors === undefined ? {} : { errors: options.errors }),
  }
}

const UNFORESEEN: Failure = {
  code: 'server.error',
  title: 'An unexpected error occurred.',
  remedy:
    'The log of the server, or the line above, has the cause. Check DATABASE_URL and APP_SECRET. If the error stays, report it with that cause.',
}
