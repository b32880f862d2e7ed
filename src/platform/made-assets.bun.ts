/** Files that a checkout makes from its sources (`src/build/assets.ts`). In the binary, `made-assets.binary.bun.ts` stands in its place. */
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '../..')
const made = new Map<string, { of: number; files: Promise<Map<string, Blob>> }>()

/** `path`: `account/main.js`. Undefined if there is no such file. In development, a change of a source is seen at once. */
export async function readMadeAsset(path: string): Promise<Blob | undefined> {
  const group = path.split('/')[0] ?? ''
  const of = process.env.NODE_ENV === 'production' ? 0 : newestSource()
  let known = made.get(group)
  if (known?.of !== of) {
    const { makeAssets } = await import('../build/assets.ts')
    known = { of, files: makeAssets(group) }
    made.set(group, known)
    known.files.catch(() => made.delete(group)) // a mistake in a source is mended, and then asked for again
  }
  return (await known.files).get(path)
}

/** When a source for the browser, or a guide, was last changed. */
function newestSource(): number {
  let newest = 0
  for (const file of new Bun.Glob('{src/browser,src/modules/*/browser,docs}/**/*').scanSync(ROOT))
    newest = Math.max(newest, Bun.file(join(ROOT, file)).lastModified)
  return newest
}
