/** Entry of the one binary: the server, or what the first word asks for. */
import { tmpdir } from 'node:os'
import { version } from '../../package.json' with { type: 'json' }
import { checkHealth } from '../operator/cli/healthcheck.ts'
import { usage } from '../operator/cli/usage.ts'

const [word, ...rest] = process.argv.slice(2)

if (word === undefined) {
  await load(() => import('./bun.ts'))
} else if (word === 'cli') {
  process.argv.splice(2, 1) // the commands find their words where `bun run cli` puts them
  await load(() => import('./cli.ts'))
} else if (word === 'healthcheck' && rest.length === 0) {
  process.env.NO_PROXY = '*' // HTTP_PROXY is the way to foreign hosts, not to this one
  const { ready, report } = await checkHealth(process.env)
  process.stdout.write(`${report}\n`)
  process.exitCode = ready ? 0 : 1
} else if (word === 'keep-copy' && process.send !== undefined) {
  // Asked by the server itself (`copy-process.bun.ts`), over a channel that a shell does not have.
  await load(() => import('../../db/replica/keep-copy.ts'))
} else if (word === '--help' || word === '-h' || word === 'help') {
  process.stdout.write(usage())
} else if (word === '--version' && rest.length === 0) {
  process.stdout.write(`${version}\n`)
} else {
  process.stderr.write(`"${[word, ...rest].join(' ')}" is not understood.\n\n${usage()}`)
  process.exitCode = 2
}

/** Bun unpacks the native database engine into a temporary file, and the system must let it be mapped as code. */
async function load(program: () => Promise<unknown>): Promise<void> {
  try {
    await program()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_DLOPEN_FAILED')) throw error
    process.stderr.write(
      `Threeger ID cannot start.

  TMPDIR: the database engine is unpacked into ${tmpdir()}, and could not be loaded from there (${error.message}).
  The folder must be writable and must not be mounted noexec; TMPDIR names another one.\n`,
    )
    process.exitCode = 1
  }
}
