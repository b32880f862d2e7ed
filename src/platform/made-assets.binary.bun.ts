/** Files that the build of the binary has made, and that stand in it. */
import { join } from 'node:path'

/** `path`: `account/main.js`. Undefined if there is no such file. */
export async function readMadeAsset(path: string): Promise<Blob | undefined> {
  const file = Bun.file(join(import.meta.dir, 'assets', path))
  return (await file.exists()) ? file : undefined
}
