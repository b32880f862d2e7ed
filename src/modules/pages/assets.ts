/** The files of the pages. Other pages in the same look load them too. */
import { type BrandConfig, brandVersion } from './brand.ts'

/** The URLs with their version, which is a hash of everything that determines the content of the files. */
export function assetsOf(config: BrandConfig) {
  const url = (name: string) => `/pages/assets/${name}?v=${brandVersion(config)}`
  return { styles: url('pages.css'), script: url('pages.js'), icon: url('icon.svg') }
}
