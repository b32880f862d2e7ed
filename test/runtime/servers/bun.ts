import { freePort } from '../../support/ports.ts'
import { environment, type RuntimeServer, type RuntimeServerOptions, startProcess } from './runtime-server.ts'

export const hasBun = (): Promise<boolean> => Promise.resolve(true)

/** `src/index.ts`, as in production but for https. */
export async function startBun(options: RuntimeServerOptions): Promise<RuntimeServer> {
  const port = await freePort()
  return startProcess({
    name: 'Bun',
    command: [process.execPath, 'src/index.ts'],
    port,
    env: { PORT: String(port), ...environment(options) },
  })
}
