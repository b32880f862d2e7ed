/** The files that the build has made of the guides (`site.ts`), with the URL of this server in them. */
import type { Deps } from '../../deps.ts'
import { type Page, pageFile, SITE_FILE, type Site } from './site.ts'

/** A path that can be the name of a file. Anything else is asked of nobody. */
const PATH = /^\/docs(?:\/(?:adr|api))?\/[a-z0-9-]+$/

/** `placeholder` stands in the files where the URL of this server belongs. */
export function siteOf({ asset, config }: Pick<Deps, 'asset' | 'config'>, placeholder: string) {
  let known: Promise<Site | undefined> | undefined

  async function text(path: string): Promise<string | undefined> {
    // An origin has no character that HTML or JSON escapes.
    return (await (await asset(path))?.text())?.replaceAll(placeholder, config.appUrl)
  }
  const parsed = async <T>(path: string): Promise<T | undefined> => {
    const json = await text(path)
    return json === undefined ? undefined : (JSON.parse(json) as T) // written by our build
  }

  return {
    text,
    /** Undefined where the files were not deployed. In development, it is made again when a source has changed. */
    async site(): Promise<Site | undefined> {
      if (!config.production) return parsed<Site>(SITE_FILE)
      known ??= parsed<Site>(SITE_FILE).catch((error: unknown) => {
        known = undefined // asked for again by the next request
        throw error
      })
      return known
    },
    page: async (path: string): Promise<Page | undefined> =>
      PATH.test(path) ? parsed<Page>(pageFile(path, 'json')) : undefined,
    markdown: async (path: string): Promise<string | undefined> =>
      PATH.test(path) ? text(pageFile(path, 'md')) : undefined,
  }
}
