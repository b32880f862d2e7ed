/** What functions share: nothing runs between two requests, so what was deferred is done before the answer is sent. */
import './with-resolvers.ts'
import process from 'node:process'
import { createApp } from '../../app.ts'
import type { Deps } from '../../deps.ts'
import { logConfigWarnings } from '../../lib/warnings.ts'
import { readAssetFile } from '../../platform/assets.files.ts'
import { compressLater } from '../../platform/compress-later.ts'
import { createDeferred } from '../../platform/deferred.ts'
import { createEdgeDeps, readEdgeConfig } from '../../platform/deps.edge.ts'
import { publicFetchLater } from '../../platform/public-fetch-later.ts'
import { consoleLog } from './console-log.ts'
import { wasmPasswords } from './later.ts'
import { misconfigured } from './misconfigured.ts'

export interface EdgeFunction {
  fetch: (request: Request) => Promise<Response>
  /** Undefined while the environment is wrong; each request then says so. */
  deps: Deps | undefined
}

/** `answers`: how long an answer may take, and whether the platform sends it when it is whole. */
export function edgeFunction(
  peerAddress: Deps['peerAddress'],
  answers: Pick<Deps['streams'], 'maxMs' | 'whole'>,
): EdgeFunction {
  try {
    const config = readEdgeConfig(process.env)
    const log = consoleLog(config)
    logConfigWarnings(config, log)
    const deferred = createDeferred(log)
    const deps = createEdgeDeps(config, {
      log,
      passwords: wasmPasswords(),
      publicFetch: publicFetchLater,
      asset: readAssetFile,
      compress: compressLater(),
      prebuiltOpenApi: () => readAssetFile('openapi.json'),
      defer: deferred.defer,
      // What is queued waits for the platform's scheduler: done here, its time would tell who exists.
      queue: { wake() {}, async idle() {} },
      accepting: () => true,
      stopping: new AbortController().signal, // the platform ends the process without a word
      ownFeeds: true,
      answers,
      peerAddress,
    })
    const app = createApp(deps)
    const fetch = async (request: Request) => {
      const response = await app.fetch(request)
      await deferred.settled()
      return response
    }
    return { fetch, deps }
  } catch (error) {
    return { fetch: misconfigured(error), deps: undefined }
  }
}
