/** Links between the files of `docs`, as links between the pages of the site. */
import { posix } from 'node:path'
import type { LinkTo } from './markdown.ts'

export interface Target {
  /** Of its page: `/docs/tokens`. */
  url: string
  title: string
}

/** `file`: `docs/tokens.md`. `pages`: what the files that have a page are on the site. */
export const linksOf =
  (file: string, pages: ReadonlyMap<string, Target>): LinkTo =>
  (href) => {
    if (/^https?:\/\//.test(href) || href.startsWith('#') || href.startsWith('/')) return { href }
    const [path = '', fragment] = href.split('#')
    const page = pages.get(posix.normalize(posix.join(posix.dirname(file), path)).replace(/\/$/, ''))
    if (page === undefined) return undefined
    return { href: fragment === undefined ? page.url : `${page.url}#${fragment}`, title: page.title }
  }
