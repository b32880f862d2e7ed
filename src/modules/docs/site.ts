/** What the build makes of the guides and of the OpenAPI document (`src/build/docs`), as files below `docs/` of the assets. */

export interface Site {
  /** A hash of every file below, and of the programs of the pages. */
  version: string
  groups: readonly { title: string; pages: readonly Entry[] }[]
  /** One page for each tag of the OpenAPI document. */
  reference: readonly (Entry & { operations: number })[]
  decisions: readonly Entry[]
}

export interface Entry {
  /** `/docs/tokens` */
  path: string
  title: string
  summary: string
}

/** A page, without its frame. PREBUILT_APP_URL stands in the HTML where APP_URL belongs. */
export interface Page extends Entry {
  /** What it is part of: the title of its group. */
  section: string
  html: string
  /** The table of contents. */
  contents: readonly { id: string; text: string; level: number }[]
  previous?: Pick<Entry, 'path' | 'title'>
  next?: Pick<Entry, 'path' | 'title'>
  /** There is the same page as Markdown, with `.md` after its path. */
  markdown: boolean
}

export const SITE_FILE = 'docs/site.json'
export const SEARCH_FILE = 'search.json'

/** `/docs/adr/0001-x` is `docs/pages/adr.0001-x.json`. */
export const pageFile = (path: string, type: 'json' | 'md'): string =>
  `docs/pages/${path.slice('/docs/'.length).replaceAll('/', '.')}.${type}`
