import { join } from 'node:path'
import { copyBundle } from '../../support/edge-build.ts'
import { freePort } from '../../support/ports.ts'
import {
  environment,
  newFolder,
  PARTS,
  type RuntimeServer,
  type RuntimeServerOptions,
  runs,
  startProcess,
} from './runtime-server.ts'

/** The program itself; the launcher in front of it wants Node. */
export const DENO = join(PARTS, `@deno/linux-${process.arch}-glibc/deno`)

export const hasDeno = (): Promise<boolean> => runs([DENO, '--version'])

/** The bundle of `src/entries/deno.ts`, with no more permissions than the docs name. */
export async function startDeno(options: RuntimeServerOptions): Promise<RuntimeServer> {
  const folder = newFolder()
  const outfile = await copyBundle('deno', folder)
  const port = freePort()
  return startProcess({
    name: 'Deno',
    command: [
      DENO,
      'run',
      '--no-prompt',
      '--unstable-cron',
      '--allow-net',
      '--allow-env',
      `--allow-read=${join(folder, 'assets')}`,
      outfile,
    ],
    port,
    env: { PORT: String(port), DENO_NO_UPDATE_CHECK: '1', ...environment(options) },
    folder,
  })
}
