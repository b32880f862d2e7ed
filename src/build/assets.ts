/**
 * The files that are made from sources: the programs of the account page and of the console, and the docs. A checkout makes them
 * when they are first asked for. The binary and the edge bundles carry them.
 */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type BrowserProgram, browserPrograms, buildBrowserProgram } from './browser-programs.ts'

/** What makes the files whose path begins with this word. */
const MAKERS: Record<string, () => Promise<Map<string, Blob>>> = {
  ...Object.fromEntries(browserPrograms.map((name: BrowserProgram) => [name, () => buildBrowserProgram(name)])),
  // Loaded when it is asked for: it loads every feature, to write the reference.
  docs: async () => (await import('./docs/make-docs.ts')).makeDocs(),
}

/** The first words of the paths. */
const assetGroups: readonly string[] = Object.keys(MAKERS)

/** The files of a group, by their path: `account/main.js`. Empty for a group that there is not. */
export const makeAssets = async (group: string): Promise<Map<string, Blob>> =>
  Object.hasOwn(MAKERS, group) ? ((await MAKERS[group]?.()) ?? new Map()) : new Map()

/** Writes the files of every group below `folder`. */
export async function writeAssets(folder: string): Promise<void> {
  for (const group of assetGroups)
    for (const [path, blob] of await makeAssets(group)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await Bun.write(join(folder, path), blob)
    }
}
