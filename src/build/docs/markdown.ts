/** Markdown of the repository as HTML, with the anchors that GitHub gives its headings. HTML in it becomes text. */
import { escapeHtml } from '@kitajs/html'
import { codeBlock } from '../../modules/docs/highlight.ts'
import { sequenceSteps } from './sequence.ts'

export interface Heading {
  id: string
  level: number
  text: string
}

export interface Rendered {
  /** The text of the first heading, which the HTML does not have. */
  title: string
  html: string
  headings: Heading[]
  /** All anchors: of the headings, and those that the text sets with `<a id="…"></a>`. */
  anchors: string[]
}

/** The target of a link on the site; undefined for a file that is not there: its text is kept, without a link. */
export type LinkTo = (href: string) => { href: string; title?: string } | undefined

/** For texts that have no links to files. */
export const asWritten: LinkTo = (href) => ({ href })

/** Characters of private use, which no guide has. They mark an anchor while the rest is parsed. */
const ANCHOR = /\uE000([\w.-]+)\uE001/g
const FILE_NAME = /^[\w./-]+\.md$/
const TABLE = { open: '<div class="table" tabindex="0"><table>', close: '</table></div>' }

export function renderMarkdown(markdown: string, linkTo: LinkTo): Rendered {
  const headings: Heading[] = []
  const slug = slugs()
  let title = ''
  const source = markdown
    .replaceAll(/^<!--.*?-->\n/gm, '')
    .replaceAll(/<a id="([\w.-]+)"><\/a>/g, (_, id: string) => `\uE000${id}\uE001`)
  const html = Bun.markdown.render(
    source,
    {
      text: (text) => escapeHtml(text),
      heading(html, { level }) {
        const text = textOf(html)
        const id = slug(text)
        if (level === 1 && title === '') {
          title = text
          return ''
        }
        headings.push({ id, level, text })
        return `<h${level} id="${id}">${html}<a class="anchor" href="#${id}" aria-label="Link to “${escapeHtml(text)}”">#</a></h${level}>\n`
      },
      paragraph: (html) => `<p>${html}</p>\n`,
      blockquote: (html) => `<blockquote>${html}</blockquote>\n`,
      code(html, meta) {
        const code = unescapeHtml(html)
        const steps = meta?.language === 'mermaid' ? sequenceSteps(code) : undefined
        return `${steps ?? codeBlock(code, meta?.language)}\n`
      },
      codespan: (html) => `<code>${html}</code>`,
      list: (html, { ordered, start }) =>
        ordered
          ? `<ol${start === undefined || start === 1 ? '' : ` start="${start}"`}>${html}</ol>\n`
          : `<ul>${html}</ul>\n`,
      listItem: (html) => `<li>${html}</li>\n`,
      hr: () => '<hr>\n',
      table: (html) => `${TABLE.open}${html}${TABLE.close}\n`,
      thead: (html) => `<thead>${html}</thead>`,
      tbody: (html) => `<tbody>${html}</tbody>`,
      tr: (html) => `<tr>${html}</tr>`,
      th: (html, meta) => (html === '' ? '<td></td>' : `<th scope="col"${aligned(meta?.align)}>${html}</th>`),
      td: (html, meta) => `<td${aligned(meta?.align)}>${html}</td>`,
      strong: (html) => `<strong>${html}</strong>`,
      emphasis: (html) => `<em>${html}</em>`,
      strikethrough: (html) => `<del>${html}</del>`,
      link(html, { href }) {
        const target = linkTo(href)
        // A link whose text is the name of a file has the title of the page instead.
        const text = target?.title !== undefined && FILE_NAME.test(html) ? escapeHtml(target.title) : html
        if (target !== undefined) return `<a href="${escapeHtml(target.href)}">${text}</a>`
        return html.includes('<code>') ? html : `<code>${html}</code>`
      },
      image: (html) => html,
    },
    { noHtmlBlocks: true, noHtmlSpans: true },
  )
  const anchors = [...html.matchAll(ANCHOR)].map(([, id = '']) => id)
  return {
    title,
    html: html.replaceAll(ANCHOR, (_, id: string) => `<span id="${id}"></span>`),
    headings,
    anchors: [...headings.map(({ id }) => id), ...anchors],
  }
}

/** One line of Markdown, without its paragraph: the description of a field. */
export function renderInline(markdown: string, linkTo: LinkTo): string {
  const { html } = renderMarkdown(markdown, linkTo)
  const only = /^<p>([\s\S]*)<\/p>\n$/.exec(html)?.[1]
  return only === undefined || only.includes('<p>') ? html : only
}

const aligned = (align: string | undefined): string => (align === undefined ? '' : ` class="${align}"`)

/** As GitHub makes them: lower case, no punctuation, a hyphen for each space; a number for what is there already. */
function slugs(): (text: string) => string {
  const given = new Map<string, number>()
  return (text) => {
    const base = slugOf(text)
    const before = given.get(base) ?? 0
    given.set(base, before + 1)
    return before === 0 ? base : `${base}-${before}`
  }
}

export const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')

/** The text of rendered HTML. Its tags are ours, and every `<` of the text is escaped. */
export const textOf = (html: string): string => unescapeHtml(html.replace(/<[^>]*>/g, ''))

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  '#34': '"',
  '#39': "'",
  '#x27': "'",
  amp: '&',
}
const unescapeHtml = (html: string): string =>
  html.replace(/&(#?\w+);/g, (entity, name: string) => ENTITIES[name] ?? entity)
