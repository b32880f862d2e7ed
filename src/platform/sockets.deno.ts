import type { DenoAdapter } from 'crossws/adapters/deno'
import type { App } from '../app.ts'
import type { Log } from '../deps.ts'
import { socketHooks } from './sockets.ts'

type Info = Parameters<DenoAdapter['handleUpgrade']>[1]

/** WebSockets of Deno. The adapter is loaded with the first handshake. */
export function denoSockets(app: Pick<App, 'fetch'>, log: Log) {
  let loading: Promise<DenoAdapter> | undefined
  const load = async (): Promise<DenoAdapter> => {
    const { default: create } = await import('crossws/adapters/deno')
    return create({ hooks: socketHooks(app, log) })
  }
  return {
    async upgrade(request: Request, info: Info): Promise<Response> {
      loading ??= load()
      return (await loading).handleUpgrade(request, info)
    },
  }
}
