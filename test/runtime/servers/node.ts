import { freePort } from '../../support/ports.ts'
import { bundleForNode } from '../node-bundle.ts'
import { environment, type RuntimeServer, type RuntimeServerOptions, startProcess } from './runtime-server.ts'

export { hasNode } from '../node-bundle.ts'

/** The bundle of `src/entries/node.ts` in the Node of this machine. */
export async function startNode(options: RuntimeServerOptions): Promise<RuntimeServer> {
  const { folder, outfile } = await bundleForNode('node')
  const port = freePort()
  return startProcess({
    name: 'Node',
    command: ['node', outfile],
    port,
    env: { PORT: String(port), ...environment(options) },
    folder,
  })
}
