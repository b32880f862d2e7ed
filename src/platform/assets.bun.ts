/** The files for the browser: of `swagger-ui-dist`, in the installed package or in the binary, and those made from sources. */
import icon from 'swagger-ui-dist/favicon-32x32.png' with { type: 'file' }
import styles from 'swagger-ui-dist/swagger-ui.css' with { type: 'file' }
import script from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'file' }
import { readMadeAsset } from './made-assets.bun.ts'

const PACKAGED = new Map([
  ['favicon-32x32.png', icon],
  ['swagger-ui.css', styles],
  ['swagger-ui-bundle.js', script],
])

export async function readAsset(path: string): Promise<Blob | undefined> {
  const packaged = PACKAGED.get(path)
  return packaged === undefined ? readMadeAsset(path) : Bun.file(packaged)
}
