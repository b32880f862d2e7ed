/** Entry of the one binary: the server, or what the first word asks for. */
import { version } from '../package.json' with { type: 'json' }
import { checkHealth } from './cli/healthcheck.ts'
import { usage } from './cli/usage.ts'

const [word, ...rest] = process.argv.slice(2)

if (word === undefined) {
  await import('./index.ts')
} else if (word === 'cli') {
  process.argv.splice(2, 1) // the commands find their words where `bun run cli` puts them
  await import('./cli.ts')
} else if (word === 'healthcheck' && rest.length === 0) {
  process.env.NO_PROXY = '*' // HTTP_PROXY is the way to foreign hosts, not to this one
  const { ready, report } = await checkHealth(process.env)
  process.stdout.write(`${report}\n`)
  process.exitCode = ready ? 0 : 1
} else if (word === '--help' || word === '-h' || word === 'help') {
  process.stdout.write(usage())
} else if (word === '--version' && rest.length === 0) {
  process.stdout.write(`${version}\n`)
} else {
  process.stderr.write(`"${[word, ...rest].join(' ')}" is not understood.\n\n${usage()}`)
  process.exitCode = 2
}
