import { join } from 'node:path'
import { freePort } from '../../support/ports.ts'
import { bundleForNode } from '../node-bundle.ts'
import { environment, type RuntimeServer, type RuntimeServerOptions, startProcess } from './runtime-server.ts'

export { hasNode as hasLambda } from '../node-bundle.ts'

/** The bundle of `src/entries/lambda.ts` in Node, behind a small server that makes events of requests, as AWS does. */
export async function startLambda(options: RuntimeServerOptions): Promise<RuntimeServer> {
  const { folder, outfile } = await bundleForNode('lambda')
  const port = freePort()
  return startProcess({
    name: 'AWS Lambda',
    command: ['node', join(import.meta.dir, 'lambda-gateway.mjs'), outfile, String(port)],
    port,
    env: environment(options),
    folder,
  })
}
