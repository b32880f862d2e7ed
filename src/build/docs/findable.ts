/** What the search of the docs finds: sections of guides, operations, error codes. */
import { catalogue } from '../../errors.ts'
import type { Page } from '../../modules/docs/site.ts'
import type { Guide } from './guide-pages.ts'
import { textOf } from './markdown.ts'
import { type OpenApi, operationsOf } from './openapi-types.ts'
import { tagPath } from './reference.tsx'
import type { Findable } from './search-index.ts'

const EXCERPT_LENGTH = 90
/** Of a long section, such as a table of measurements, the rest is not searched. The first words say what it is about. */
const SEARCHED_LENGTH = 2500

export const findableGuide = ({ page }: Pick<Guide, 'page'>): Findable[] => {
  const kind = page.path.startsWith('/docs/adr') ? 'decision' : 'guide'
  return sectionsOf(page).map(({ id, heading, text }) => ({
    kind,
    title: page.title,
    heading,
    url: id === '' ? page.path : `${page.path}#${id}`,
    excerpt: shortened(id === '' ? page.summary : text),
    text: `${id === '' ? page.summary : ''} ${text}`.slice(0, SEARCHED_LENGTH),
  }))
}

/** The text before the first heading, and each section. */
function sectionsOf({ html }: Page): { id: string; heading: string; text: string }[] {
  return html
    .replaceAll(/<a class="anchor"[^>]*>#<\/a>/g, '')
    .split(/(?=<h[2-6] id=")/)
    .map((part) => {
      const head = /^<h(\d) id="([^"]*)">(.*?)<\/h\1>/.exec(part)
      const text = textOf(part.slice(head?.[0].length ?? 0).replaceAll(/<\/(?:p|li|td|th|pre|tr)>/g, ' '))
      return { id: head?.[2] ?? '', heading: textOf(head?.[3] ?? ''), text: text.replace(/\s+/g, ' ').trim() }
    })
    .filter(({ id }, index) => id !== '' || index === 0)
}

export const findableOperations = (document: OpenApi): Findable[] =>
  operationsOf(document).map(({ method, path, tag, operation }) => ({
    kind: 'api',
    title: operation.summary ?? operation.operationId,
    heading: '',
    url: `${tagPath(tag)}#${operation.operationId}`,
    excerpt: `${method} ${path}`,
    text: `${method} ${path} ${operation.operationId} ${tag} ${operation.description ?? ''}`,
  }))

export const findableErrors = (): Findable[] =>
  Object.entries(catalogue).map(([code, { title, remedy, status }]) => ({
    kind: 'error',
    title: code,
    heading: '',
    url: `/docs/errors#${code}`,
    excerpt: shortened(title),
    text: `${status} ${title} ${remedy}`,
  }))

function shortened(text: string): string {
  if (text.length <= EXCERPT_LENGTH) return text
  const cut = text.slice(0, EXCERPT_LENGTH)
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), 1))} …`
}
