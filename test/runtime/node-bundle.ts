import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleEdge, copyAssets } from '../../src/build/edge.ts'
import { newFolder, runs } from './servers/runtime-server.ts'

/** Node itself, and Lambda, which runs its handler in Node. */
export const hasNode = (): Promise<boolean> => runs(['node', '--version'])

/** The bundle of an entry that Node runs, in a new folder with everything it needs beside it. */
export async function bundleForNode(entry: 'node' | 'lambda'): Promise<{ folder: string; outfile: string }> {
  const folder = newFolder()
  const { outfile } = await bundleEdge(entry, folder)
  copyAssets(join(folder, 'assets'))
  // Bundles are modules; without this Node would look for a package.json further up.
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return { folder, outfile }
}
