import { readFile } from 'node:fs/promises'

/** The folder `assets` beside the bundle, which the build fills. Undefined if it was not deployed. */
export async function readAssetFile(path: string): Promise<Blob | undefined> {
  const bytes = await readFile(new URL(`assets/${path}`, import.meta.url)).catch(() => undefined)
  return bytes && new Blob([bytes])
}
