/** The guides as they are written, and the pages that the build makes of them. */
import { beforeAll, describe, expect, test } from 'bun:test'
import { Glob } from 'bun'
import { type Guide, guidePages } from '../../../src/build/docs/guide-pages.ts'
import { EXCEPTIONS, guideGroups } from '../../../src/build/docs/guides.ts'
import { asWritten, renderInline, renderMarkdown, slugOf } from '../../../src/build/docs/markdown.ts'
import { sequenceSteps } from '../../../src/build/docs/sequence.ts'
import { GUIDES, withExamples } from '../../../src/build/guides.ts'
import { catalogue } from '../../../src/errors.ts'

const slugs = guideGroups.flatMap(({ guides }) => guides.map(([slug]) => slug))

test.each(GUIDES)('%s shows the files of examples as they are', async (guide) => {
  const markdown = await Bun.file(guide).text()
  expect(await withExamples(markdown), 'run `bun run guides`').toBe(markdown)
  const shown = guide === 'docs/mcp.md' ? 'mcp-server.ts' : 'webhook-receiver.ts'
  expect(markdown).toContain(await Bun.file(`examples/${shown}`).text())
})

test('every file of docs is a guide of the site, or an exception with its reason', () => {
  const files = [...new Glob('docs/*.md').scanSync('.')].map((file) => file.slice('docs/'.length, -'.md'.length))
  expect(files.length).toBeGreaterThan(30)
  expect([...slugs, ...Object.keys(EXCEPTIONS)].sort()).toEqual(files.sort())
  for (const reason of Object.values(EXCEPTIONS)) expect(reason.length).toBeGreaterThan(10)
})

describe('links', () => {
  let guides: Guide[]
  beforeAll(async () => {
    guides = (await guidePages()).guides
  })

  test('every link and anchor between the pages leads somewhere', () => {
    const anchors = new Map(guides.map(({ page, anchors: set }) => [page.path, new Set(set)]))
    anchors.set('/docs/errors', new Set(Object.keys(catalogue)))
    anchors.set('/openapi.json', new Set())
    const broken: string[] = []
    let links = 0
    for (const { file, page } of guides)
      for (const [, href = ''] of page.html.matchAll(/<a href="([^"]+)"/g)) {
        if (/^https?:/.test(href)) continue
        const [path = '', fragment] = href.startsWith('#') ? [page.path, href.slice(1)] : href.split('#')
        links += 1
        const known = anchors.get(path)
        if (known === undefined || (fragment !== undefined && !known.has(decodeURIComponent(fragment))))
          broken.push(`${file}: ${href}`)
      }
    expect(links).toBeGreaterThan(150)
    expect(broken).toEqual([])
  })

  test('every link of the Markdown leads to a file, and to a heading of it', async () => {
    const broken: string[] = []
    for (const file of new Glob('docs/**/*.md').scanSync('.')) {
      const text = (await Bun.file(file).text()).replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`]*`/g, '')
      for (const [, href = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^(?:https?:|#)/.test(href)) continue
        const { pathname } = new URL(href, `file:///${file}`)
        const target = pathname.slice(1)
        const exists = (await Bun.file(target).exists()) || [...new Glob(`${target}/*`).scanSync('.')].length > 0
        if (!exists) broken.push(`${file}: ${href}`)
      }
    }
    expect(broken).toEqual([])
  })

  test('no page has markup that the build did not make, or a link to another scheme', () => {
    const tags = new Set<string>()
    for (const { page } of guides) for (const [, tag = ''] of page.html.matchAll(/<(\w+)/g)) tags.add(tag)
    expect([...tags].filter((tag) => /^(?:script|style|iframe|img|form|input|object|svg|link)$/.test(tag))).toEqual([])
    for (const { page } of guides) {
      expect(page.html).not.toMatch(/ on\w+="|href="(?!https?:|\/|#)|style="/)
      expect(page.html, page.path).not.toMatch(/\uE000|\uE001/)
    }
  })

  test('a heading is an anchor of its own on its page', () => {
    for (const { page, anchors } of guides)
      expect([page.path, new Set(anchors).size]).toEqual([page.path, anchors.length])
  })
})

describe('diagrams', () => {
  test('of the guides are lists of steps', async () => {
    const { guides } = await guidePages()
    const drawn = guides.filter(({ markdown }) => markdown.includes('```mermaid'))
    expect(drawn.length).toBeGreaterThan(4)
    for (const { page } of drawn) {
      expect(page.html, page.path).toContain('<ol class="sequence">')
      expect(page.html, page.path).not.toContain('sequenceDiagram')
    }
  })

  test('messages, answers and branches in order; names and texts are text', () => {
    const diagram = `sequenceDiagram
      participant C as <b>Client
      C->>S: ask <i>
      alt it is new
        S-->>C: yes
      else not
        S->>S: look
      end`
    expect(sequenceSteps(diagram)).toBe(
      '<ol class="sequence"><li><span class="ends"><b>&lt;b&gt;Client</b> <span role="img" aria-label="to">→</span> <b>S</b></span> <span>ask &lt;i&gt;</span></li>' +
        '<li class="branch"><p>If it is new:</p><ol><li class="answer"><span class="ends"><b>S</b> <span role="img" aria-label="to">→</span> <b>&lt;b&gt;Client</b></span> <span>yes</span></li></ol>' +
        '<p>If not:</p><ol><li><span class="ends"><b>S</b></span> <span>look</span></li></ol></li></ol>',
    )
  })

  test('what is not known is shown as it is written', () => {
    for (const diagram of ['flowchart TD\n a --> b', 'sequenceDiagram\n loop x', 'sequenceDiagram\n alt x\n A->>B: y'])
      expect(sequenceSteps(diagram)).toBeUndefined()
  })
})

describe('Markdown', () => {
  test('HTML in it is text; code is escaped', () => {
    const { html } = renderMarkdown(
      '# T\n\n<script>alert(1)</script> `<b>` <img src=x onerror=alert(1)>\n\n```ts\nconst a = `<script>` // </code>\n```\n\n<div onclick="x">y</div>\n',
      asWritten,
    )
    expect(html).not.toMatch(/<(?:script|b|img|div onclick)/)
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html.match(/<\/code>/g)).toHaveLength(2)
  })

  test('headings have the anchors of GitHub, and a number for the second', () => {
    expect(slugOf('When you change …')).toBe('when-you-change-')
    expect(slugOf('`GET /docs` — it’s "x"')).toBe('get-docs--its-x')
    const { title, headings } = renderMarkdown('# The `title`\n\n## One\n\n## One\n\n### snake_case\n', asWritten)
    expect(title).toBe('The title')
    expect(headings).toEqual([
      { id: 'one', level: 2, text: 'One' },
      { id: 'one-1', level: 2, text: 'One' },
      { id: 'snake_case', level: 3, text: 'snake_case' },
    ])
  })

  test('a link to a file that has no page is code, and one to a page has its title', () => {
    const html = renderInline('[x](../src/a.ts), [tokens.md](tokens.md#a)', (href) =>
      href.startsWith('tokens') ? { href: '/docs/tokens#a', title: 'Tokens <i>' } : undefined,
    )
    expect(html).toBe('<code>x</code>, <a href="/docs/tokens#a">Tokens &lt;i&gt;</a>')
  })
})
