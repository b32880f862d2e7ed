/** @jsxImportSource @kitajs/html */
/** The frame of every page of the docs: its head, the bar, the list of all pages, and the table of contents. */
import { escapeHtml } from '@kitajs/html'
import type { Config } from '../../config.ts'
import { toHtml } from '../mail/to-html.ts'
import { brandOf } from '../pages/brand.ts'
import { type Page, SEARCH_FILE, type Site } from './site.ts'

export interface Framed {
  /** `/docs/tokens` */
  path: string
  title: string
  summary: string
  /** HTML: escaped by who made it. */
  body: string
  /** What it is part of. */
  section?: string
  contents?: Page['contents']
  previous?: Page['previous']
  next?: Page['next']
  markdown?: boolean
  /** The reference needs the room of the table of contents for its samples. */
  isWide?: boolean
}

const BAR = [
  ['/docs', 'Guides'],
  ['/docs/api', 'API'],
  ['/docs/errors', 'Errors'],
] as const

/** The whole HTML document. Without a site, as at the edge without its assets, there is no list of pages. */
export function docsPage(page: Framed, site: Site | undefined, config: Config): string {
  const { favicon: icon, faviconType, styles } = brandOf(config)
  const asset = (name: string) => `/docs/assets/${name}?v=${site?.version}`
  const html = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content={escapeHtml(page.summary)} />
        <title safe>
          {page.path === '/docs' ? `${config.brandName} docs` : `${page.title} · ${config.brandName} docs`}
        </title>
        <link rel="icon" type={escapeHtml(faviconType)} href={escapeHtml(icon)} />
        {styles.map((path) => (
          <link rel="stylesheet" href={escapeHtml(path)} />
        ))}
        {site === undefined ? (
          ''
        ) : (
          <>
            <link rel="stylesheet" href={asset('main.css')} />
            {page.markdown === true ? <link rel="alternate" type="text/markdown" href={`${page.path}.md`} /> : ''}
            <script type="module" src={asset('main.js')}></script>
          </>
        )}
      </head>
      <body class="docs">
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <header class="bar">
          <a class="home" href="/docs">
            <img src={escapeHtml(icon)} alt="" width="24" height="24" /> <span safe>{config.brandName}</span>{' '}
            <span class="soft">docs</span>
          </a>
          <nav aria-label="Parts of the docs">
            {BAR.map(([path, name]) => (
              <a href={path} aria-current={partOf(page.path) === path ? 'true' : undefined}>
                {name}
              </a>
            ))}
          </nav>
          {site === undefined ? '' : searchButton(asset(SEARCH_FILE))}
        </header>
        <div class={page.isWide === true ? 'columns wide' : 'columns'}>
          {site === undefined ? '' : pagesOf(page, site)}
          <main id="content">
            {page.section === undefined ? (
              ''
            ) : (
              <p class="section soft" safe>
                {page.section}
              </p>
            )}
            <h1 safe>{page.title}</h1>
            {contentsOf(page, 'contents folded')}
            {page.body}
            {neighboursOf(page)}
          </main>
          {page.isWide === true ? '' : contentsOf(page, 'contents')}
        </div>
      </body>
    </html>
  )
  return `<!doctype html>${toHtml(html)}`
}

/** Shown by the script that it needs. */
const searchButton = (index: string): string =>
  (
    <button type="button" class="open-search" data-index={index} aria-keyshortcuts="/ Control+K" hidden>
      <span>Search</span> <kbd>/</kbd>
    </button>
  ) as string

/** Which entry of the bar the page belongs to. */
const partOf = (path: string): string =>
  path === '/docs/errors' ? path : path === '/docs/api' || path.startsWith('/docs/api/') ? '/docs/api' : '/docs'

/** All pages of the part. On a narrow window it is folded, because nobody wants to scroll past it. */
function pagesOf({ path }: Framed, { groups, reference, decisions }: Site): string {
  const isReference = partOf(path) === '/docs/api'
  const item = (entry: { path: string; title: string }) => (
    <li>
      <a href={entry.path} aria-current={entry.path === path ? 'page' : undefined} safe>
        {entry.title}
      </a>
    </li>
  )
  const lists = isReference
    ? [{ title: 'API reference', pages: [{ path: '/docs/api', title: 'All operations' }, ...reference] }]
    : groups.map(({ title, pages }) => ({
        title,
        pages:
          pages.some(({ path: one }) => one === '/docs/architecture') && decisions.length > 0
            ? [...pages, { path: '/docs/adr', title: 'Decisions' }]
            : pages,
      }))
  const list = (
    <>
      {lists.map(({ title, pages }) => (
        <>
          <p class="group" safe>
            {title}
          </p>
          <ul>{pages.map(item)}</ul>
        </>
      ))}
    </>
  )
  const name = isReference ? 'Pages of the reference' : 'Guides'
  return (
    <>
      <nav class="pages" aria-label={name}>
        {list}
      </nav>
      <details class="pages-folded">
        <summary>{name}</summary>
        <nav aria-label={`${name} (menu)`}>{list}</nav>
      </details>
    </>
  ) as string
}

/** Fewer headings are seen at once. */
const WORTH_A_TABLE = 3

/** Twice in the page: beside the text, and above it where there is no room beside. Styles show one of them. */
function contentsOf({ contents = [] }: Framed, kind: 'contents' | 'contents folded'): string {
  if (contents.length < WORTH_A_TABLE) return ''
  const list = (
    <ul>
      {contents.map(({ id, text, level }) => (
        <li class={level > 2 ? 'deeper' : undefined}>
          <a href={`#${id}`} safe>
            {text}
          </a>
        </li>
      ))}
    </ul>
  )
  return (
    kind === 'contents' ? (
      <nav class={kind} aria-labelledby="on-this-page">
        <p class="group" id="on-this-page">
          On this page
        </p>
        {list}
      </nav>
    ) : (
      <details class={kind}>
        <summary>On this page</summary>
        {list}
      </details>
    )
  ) as string
}

function neighboursOf({ previous, next, markdown, path }: Framed): string {
  if (previous === undefined && next === undefined && markdown !== true) return ''
  const link = (rel: 'prev' | 'next', label: string, to: { path: string; title: string } | undefined) =>
    to === undefined ? (
      ''
    ) : (
      <a rel={rel} class={rel} href={to.path}>
        <span class="soft">{label}</span> <strong safe>{to.title}</strong>
      </a>
    )
  return (
    <>
      {previous === undefined && next === undefined ? (
        ''
      ) : (
        <nav class="neighbours" aria-label="Before and after this page">
          {link('prev', 'Previous', previous)}
          {link('next', 'Next', next)}
        </nav>
      )}
      {markdown === true ? (
        <p class="soft source">
          <a href={`${path}.md`}>This page as Markdown</a>
        </p>
      ) : (
        ''
      )}
    </>
  ) as string
}
