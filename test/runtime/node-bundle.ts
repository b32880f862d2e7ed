import { copyBundle } from '../support/edge-build.ts'
import { newFolder, runs } from './servers/runtime-server.ts'

/** Node itself, and Lambda, which runs its handler in Node. */
export const hasNode = (): Promise<boolean> => runs(['node', '--version'])

/** The bundle of an entry that Node runs, in a new folder with everything it needs beside it. */
export async function bundleForNode(entry: 'node' | 'lambda'): Promise<{ folder: string; outfile: string }> {
  const folder = newFolder()
  return { folder, outfile: await copyBundle(entry, folder) }
}
