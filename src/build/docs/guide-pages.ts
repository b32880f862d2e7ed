/** The pages of the guides and of the decisions, from the Markdown of `docs`. */
import { join } from 'node:path'
import { PREBUILT_APP_URL } from '../../http/openapi/prebuilt.ts'
import type { Entry, Page, Site } from '../../modules/docs/site.ts'
import { guideGroups } from './guides.ts'
import { linksOf, type Target } from './links.ts'
import { asWritten, type Rendered, renderMarkdown } from './markdown.ts'

const ROOT = join(import.meta.dir, '../../..')
const DECISIONS_PATH = '/docs/adr'
const DECISIONS: Entry = {
  path: DECISIONS_PATH,
  title: 'Decisions',
  summary: 'Why it is made like this: the context of each decision, what it cost, and what would change it.',
}

/** Of a decision. */
const NUMBER = /^\d{4}\.? /

export interface Guide extends Rendered {
  /** `docs/tokens.md` */
  file: string
  markdown: string
  page: Page
}

/** URLs of this server, as the guides write them. A deployed server shows its own. */
const EXAMPLE_URLS = /(?:http:\/\/127\.0\.0\.1:3000|https:\/\/id\.example\.com)(?![\w.:-])/g
export const withAppUrl = (text: string): string => text.replaceAll(EXAMPLE_URLS, PREBUILT_APP_URL)

export async function guidePages(): Promise<{ guides: Guide[]; groups: Site['groups']; decisions: Entry[] }> {
  const decisionFiles = [...new Bun.Glob('docs/adr/*.md').scanSync(ROOT)].sort()
  const files = [...guideGroups.flatMap(({ guides }) => guides.map(([slug]) => `docs/${slug}.md`)), ...decisionFiles]
  const texts = new Map<string, string>()
  const targets = new Map<string, Target>([
    ['docs/adr', { url: DECISIONS_PATH, title: DECISIONS.title }],
    ['docs/errors.md', { url: '/docs/errors', title: 'Errors' }],
    ['openapi.json', { url: '/openapi.json', title: 'openapi.json' }],
  ])
  for (const file of files) {
    const markdown = withAppUrl(await Bun.file(join(ROOT, file)).text())
    texts.set(file, markdown)
    const title = /^# (.+)$/m.exec(markdown)?.[1] ?? file
    targets.set(file, { url: `/${file.replace(/\.md$/, '')}`, title: title.replace(NUMBER, '') })
  }
  const read = (file: string) => {
    const markdown = texts.get(file) ?? ''
    return { file, markdown, ...renderMarkdown(markdown, linksOf(file, targets)) }
  }

  const guides: Guide[] = []
  const groups: { title: string; pages: Entry[] }[] = []
  for (const group of guideGroups) {
    const pages: Entry[] = []
    for (const [slug, name, summary] of group.guides) {
      const rendered = read(`docs/${slug}.md`)
      const entry = { path: `/docs/${slug}`, title: name, summary }
      pages.push(entry)
      guides.push({ ...rendered, page: { ...pageOf(rendered, entry, group.title), title: rendered.title } })
    }
    groups.push({ title: group.title, pages })
  }
  const decided: Guide[] = []
  for (const file of decisionFiles) {
    const rendered = read(file)
    const title = rendered.title.replace(NUMBER, '')
    const entry = { path: `/${file.replace(/\.md$/, '')}`, title, summary: `Decision ${/\d{4}/.exec(file)?.[0] ?? ''}` }
    decided.push({ ...rendered, title, page: pageOf(rendered, entry, DECISIONS.title) })
  }
  const decisions = decided.map(({ page: { path, title, summary } }) => ({ path, title, summary }))
  const list = listOf(decisions)
  linkNeighbours(
    guides,
    groups.flatMap(({ pages }) => pages),
  )
  linkNeighbours([list, ...decided], [DECISIONS, ...decisions])
  return { guides: [...guides, list, ...decided], groups, decisions }
}

const pageOf = ({ html, headings }: Rendered, entry: Entry, section: string): Page => ({
  ...entry,
  section,
  html,
  contents: headings.filter(({ level }) => level === 2 || level === 3),
  markdown: true,
})

/** Each page leads to those before and after it, by their names in lists. */
function linkNeighbours(pages: readonly Guide[], entries: readonly Entry[]): void {
  const link = (entry: Entry | undefined) => entry && { path: entry.path, title: entry.title }
  pages.forEach(({ page }, index) => {
    const [previous, next] = [link(entries[index - 1]), link(entries[index + 1])]
    Object.assign(page, previous && { previous }, next && { next })
  })
}

/** The page that lists the decisions, written as Markdown like the others. */
function listOf(decisions: readonly Entry[]): Guide {
  const rows = decisions.map(({ path, title }) => `- [${title}](${path})`)
  const markdown = `# ${DECISIONS.title}\n\n${DECISIONS.summary}\n\n${rows.join('\n')}\n`
  const rendered = renderMarkdown(markdown, asWritten)
  return { file: 'docs/adr', markdown, ...rendered, page: pageOf(rendered, DECISIONS, 'How it is made') }
}
