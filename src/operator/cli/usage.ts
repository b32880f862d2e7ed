/** The help text of the binary. */
import { Environment } from '../../config.ts'

export const usage = (): string => `Threeger ID: the identity and user API, in one file.

  threeger                start the server; the first start makes data/ and prints a set-up token
  threeger cli …          operator commands, with the server running or without; cli --help lists them
  threeger healthcheck    check whether the server on HOST and PORT is ready: exit code 0 or 1
  threeger --help         this text
  threeger --version      the release

Environment, also read from .env in the working directory (NODE_ENV=production requires APP_URL and APP_SECRET):

${Object.entries(Environment.properties).map(variable).join('\n')}
`

function variable([name, { default: fallback, description = '' }]: [
  string,
  { default?: unknown; description?: string },
]): string {
  const shown = fallback === undefined || fallback === '' ? '' : ` [${String(fallback)}]`
  return `  ${name.padEnd(23)} ${description}${shown}`
}
