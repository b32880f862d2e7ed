import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleEdge, copyAssets } from '../../../src/build/edge.ts'
import { freePort } from '../../support/ports.ts'
import {
  environment,
  newFolder,
  type RuntimeServer,
  type RuntimeServerOptions,
  runs,
  startProcess,
} from './runtime-server.ts'

export const hasNode = (): Promise<boolean> => runs(['node', '--version'])

/** The bundle of `src/edge/node.ts` in the Node of this machine. */
export async function startNode(options: RuntimeServerOptions): Promise<RuntimeServer> {
  const folder = newFolder()
  const { outfile } = await bundleEdge('node', folder)
  copyAssets(join(folder, 'assets'))
  // Bundles are modules; without this Node would look for a package.json further up.
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const port = await freePort()
  return startProcess({
    name: 'Node',
    command: ['node', outfile],
    port,
    env: { PORT: String(port), ...environment(options) },
    folder,
  })
}
