/** The files of `swagger-ui-dist`: paths into the installed package, or into the binary if this is the binary. */
import icon from 'swagger-ui-dist/favicon-32x32.png' with { type: 'file' }
import styles from 'swagger-ui-dist/swagger-ui.css' with { type: 'file' }
import script from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'file' }
import type { AssetName } from '../deps.ts'

const PATHS: Record<AssetName, string> = {
  'favicon-32x32.png': icon,
  'swagger-ui.css': styles,
  'swagger-ui-bundle.js': script,
}

export const readAsset = async (name: AssetName): Promise<Blob> => Bun.file(PATHS[name])
