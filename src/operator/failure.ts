/**
 * Failures as an operator sees them: in a sentence on a terminal, as JSON for a machine, as a line on the socket, at a
 * start that fails. Every command and every start asks here, so each ends in what to do next.
 */
import { ConfigError } from '../config.ts'
import { catalogue, Problem } from '../errors.ts'
import { storageProblem } from '../lib/database-errors.ts'

/** Like a problem document without its HTTP parts, and with what to do next. */
export interface Failure {
  code: string
  title: string
  /** What to do next. Empty where the title says it. */
  remedy: string
  detail?: string
  errors?: { path: string; message: string }[]
}

/** What only an operator can meet. Its codes are in no public catalogue: no HTTP client ever sees one. */
export class OperatorError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.title)
    this.name = 'OperatorError'
  }
}

/**
 * Any failure of an operation or of a start, in words that lead on. Those of HTTP, such as a request id, mean nothing here.
 * The cause of what nobody foresaw is left to the log.
 */
export const toFailure = (error: unknown): Failure => foreseen(causesOf(error)) ?? fromProblem(error) ?? UNFORESEEN

/** The same for a process that keeps no log for its operator to look into: what went wrong is said. */
export function toOwnFailure(error: unknown): Failure {
  const detail = causesOf(error).at(-1)?.message
  return isUnforeseen(error) && detail !== undefined ? { ...UNFORESEEN, detail } : toFailure(error)
}

/** True for a failure that nobody foresaw: its cause belongs into a log. */
export const isUnforeseen = (error: unknown): boolean =>
  foreseen(causesOf(error)) === undefined && fromProblem(error) === undefined

/** The failure on a terminal, a sentence or a finding a line. */
export const failureLines = ({ title, detail, errors = [], remedy }: Failure): string[] =>
  [...title.split('\n'), detail ?? '', ...errors.map(({ path, message }) => `  ${path}: ${message}`), remedy].filter(
    Boolean,
  )

interface Cause {
  name: string
  message: string
  code: string | undefined
  /** Of a failed call to the file system. */
  path: string | undefined
  error: unknown
}

const MAX_CAUSES = 8

/** From the outside in, without the wrappers of drizzle: their messages hold parameters. */
function causesOf(error: unknown): Cause[] {
  const found: Cause[] = []
  // Not `instanceof Error`: what Bun throws for a module it cannot find is none.
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
    // By its name: the database is above this file.
    if (cause.name === 'DatabaseOpenError')
      return {
        code: code ?? 'database.cannot_open',
        title: message,
        remedy: 'DATABASE_URL names this file: correct it if you meant another one.',
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
        title: 'The database lacks tables of this release.',
        detail: message,
        remedy: 'Run `bun run db:migrate`, or start the server of this release once: both apply what is missing.',
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

/** A libSQL server: `db/remote.ts`. */
function remoteFailure({ code, message }: Cause): Failure | undefined {
  if (code === 'REMOTE_REFUSED')
    return {
      code: 'database.refused',
      title: `DATABASE_URL: ${message}. Correct DATABASE_URL and DATABASE_AUTH_TOKEN.`,
      remedy: 'The token must be one of the database that DATABASE_URL names.',
    }
  if (!/^(?:REMOTE_|HRANA_|SERVER_ERROR$|STREAM_EXPIRED$)/.test(code ?? '')) return undefined
  return {
    code: 'server.unavailable',
    title: `DATABASE_URL: ${message}.`,
    remedy:
      'Start the database, or correct DATABASE_URL and DATABASE_AUTH_TOKEN. A write may have happened: look before repeating it.',
  }
}

const SYSTEM_CODES: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the volume is mounted read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it is there already',
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
    remedy: 'Check the path, its owner and mode, and the volume it lies on; then repeat the command.',
  }
}

/** What an HTTP client would have been told too. */
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
  title: 'This failed in a way that nobody foresaw.',
  remedy:
    'The log of the server, or the line above, has the cause: check DATABASE_URL and APP_SECRET against it, and report it if it stays.',
}
