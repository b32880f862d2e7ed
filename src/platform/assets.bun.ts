import { dirname, join } from 'node:path'
import type { AssetName } from '../deps.ts'

/** From the installed package. Undefined when it is not there, as in an image that left the docs page out. */
export async function readAsset(name: AssetName): Promise<Blob | undefined> {
  const file = Bun.file(join(FOLDER, name))
  return (await file.exists()) ? file : undefined
}

const FOLDER = dirname(Bun.resolveSync('swagger-ui-dist/package.json', import.meta.dir))
