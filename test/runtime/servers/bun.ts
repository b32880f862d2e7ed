import { freePort } from '../../support/ports.ts'
import { environment, type RuntimeServer, type RuntimeServerOptions, startProcess } from './runtime-server.ts'

export const hasBun = (): Promise<boolean> => Promise.resolve(true)

/** `src/entries/bun.ts`, as in production but for https. */
export async function startBun(options: RuntimeServerOptions): Promise<RuntimeServer> {
  const port = freePort()
  return startProcess({
    name: 'Bun',
    command: [process.execPath, 'src/entries/bun.ts'],
    port,
    env: { PORT: String(port), ...environment(options) },
  })
}
