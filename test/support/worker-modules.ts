import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { partsFolder } from '../../src/build/edge.ts'

/** The modules of the Worker in a folder that `bundleEdge` has filled, as a configuration of workerd names them. */
export function workerModules(folder: string): string {
  const parts = partsFolder('cloudflare')
  const scripts = ['cloudflare.js', ...readdirSync(join(folder, parts)).map((file) => `${parts}/${file}`)]
  return `[
    ${scripts.map((name) => `(name = "${name}", esModule = embed "${name}"),`).join('\n    ')}
    (name = "argon2.wasm", wasm = embed "argon2.wasm"),
  ]`
}
