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

/** Lambda runs the handler in Node. */
export const hasLambda = (): Promise<boolean> => runs(['node', '--version'])

/** The bundle of `src/edge/lambda.ts` in Node, behind a small server that makes events of requests, as AWS does. */
export async function startLambda(options: RuntimeServerOptions): Promise<RuntimeServer> {
  const folder = newFolder()
  const { outfile } = await bundleEdge('lambda', folder)
  copyAssets(join(folder, 'assets'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const port = await freePort()
  return startProcess({
    name: 'AWS Lambda',
    command: ['node', join(import.meta.dir, 'lambda-gateway.mjs'), outfile, String(port)],
    port,
    env: environment(options),
    folder,
  })
}
