import { readFile } from 'node:fs/promises'
import type { AssetName } from '../deps.ts'

/** The folder `assets` beside the bundle, which the build fills. Undefined if it was not deployed. */
export async function readAssetFile(name: AssetName | 'openapi.json'): Promise<Blob | undefined> {
  const bytes = await readFile(new URL(`assets/${name}`, import.meta.url)).catch(() => undefined)
  return bytes && new Blob([bytes])
}
