/** Apart from the client, for what needs to know where the database is before anything is opened. */
import { fileURLToPath } from 'node:url'
import { DatabaseOpenError } from './embedded/errors.ts'

/** The path a `file:` URL names; for tools that look at the file itself. Throws `database.bad_url`. */
export function filePath(url: string): string {
  const rest = url.slice('file:'.length)
  if (!url.startsWith('file:') || rest === '' || rest.startsWith(':memory:')) throw badUrl(url)
  if (rest.includes('?') || rest.includes('#')) throw badUrl(url, 'it carries options, which are not supported')
  try {
    // Only the form with slashes is a real URL with percent-encoding; `file:data/app.db` is a plain path.
    return rest.startsWith('//') ? fileURLToPath(url) : rest
  } catch (error) {
    throw badUrl(url, error instanceof Error ? error.message : undefined)
  }
}

function badUrl(url: string, reason = 'it names no file'): DatabaseOpenError {
  return new DatabaseOpenError(
    'database.bad_url',
    `the database URL ${url} cannot be used: ${reason}. Write file:data/app.db or file:///var/lib/app.db.`,
  )
}
