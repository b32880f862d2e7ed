/** The files of the pages. Other pages in the same look load them too. */
import manifest from '../../../package.json' with { type: 'json' }
import type { Config } from '../../config.ts'

/** The URLs with their version, which is a hash of everything that determines the content of the files. */
export function assetsOf({ brandColor, brandName }: Pick<Config, 'brandColor' | 'brandName'>) {
  const version = encodeURIComponent([manifest.version, brandColor.slice(1), [...brandName.trim()][0]].join('-'))
  const url = (name: string) => `/pages/assets/${name}?v=${version}`
  return { styles: url('pages.css'), script: url('pages.js'), icon: url('icon.svg') }
}
