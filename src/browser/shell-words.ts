/** Text as one word of a POSIX shell. */
import type { Sent } from './api.ts'

/**
 * A hostile name cannot leave its quotes: within single quotes, sh knows no character but the quote itself. Control characters
 * are written as an escape of JSON in a body, and never reach this.
 */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** A command of the operator, for sh. */
export const asCli = (words: readonly string[]): string => `bun run cli ${words.map(shellWord).join(' ')}`

/** The call of the API as a command of the operator, for what has no command of its own. */
export const apiWords = ({ method, path, body }: Sent): string[] => [
  ...['api', method, path],
  ...(body === undefined ? [] : [`--data=${JSON.stringify(body)}`]),
]

/** The call of the API as a command for sh. The token stays a variable. `bearer` false: a call that needs none. */
export function asCurl(appUrl: string, { method, path, body }: Sent, bearer = true): string {
  const lines = [
    `curl${method === 'GET' ? '' : ` -X ${method}`} ${shellWord(appUrl + path)}`,
    ...(bearer ? [`-H "Authorization: Bearer $TOKEN"`] : []),
  ]
  if (body !== undefined) lines.push(`-H 'Content-Type: application/json'`, `-d ${shellWord(JSON.stringify(body))}`)
  return lines.join(' \\\n  ')
}
