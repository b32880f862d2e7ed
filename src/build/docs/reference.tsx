/** @jsxImportSource @kitajs/html */
/** The API reference: the list of all operations, and a page for each tag of the OpenAPI document. Static HTML. */
import { escapeHtml } from '@kitajs/html'
import { PREBUILT_APP_URL } from '../../http/openapi/prebuilt.ts'
import type { Entry, Page, Site } from '../../modules/docs/site.ts'
import { asWritten, renderInline, renderMarkdown, slugOf } from './markdown.ts'
import { type OpenApi, operationsOf, type Placed } from './openapi-types.ts'
import type { Below } from './messages-view.tsx'
import { operationView } from './operation-view.tsx'

const REFERENCE_PATH = '/docs/api'
const SECTION = 'API reference'
export const tagPath = (tag: string): string => `${REFERENCE_PATH}/${slugOf(tag)}`

/** `below`: what stands below the operations of a tag, by its name. */
export function referencePages(
  document: OpenApi,
  below: Readonly<Record<string, Below>> = {},
): { pages: Page[]; entries: Site['reference'] } {
  const operations = operationsOf(document)
  const tags = document.tags
    .map(({ name, description = '' }) => ({ name, description, placed: operations.filter(({ tag }) => tag === name) }))
    .filter(({ placed }) => placed.length > 0)
  const entries = tags.map(({ name, description, placed }) => ({
    path: tagPath(name),
    title: name,
    summary: description,
    operations: placed.length,
  }))
  const start: Entry = {
    path: REFERENCE_PATH,
    title: SECTION,
    summary: `All ${operations.length} operations of the API.`,
  }
  const pages = tags.map(({ name, description, placed }, index): Page => {
    const previous = index === 0 ? start : entries[index - 1]
    const next = entries[index + 1]
    return {
      path: tagPath(name),
      title: name,
      summary: description,
      section: SECTION,
      html: [...placed.map((one) => operationView(one, document)), below[name]?.html ?? ''].join('\n'),
      contents: [
        ...placed.map(({ operation }) => ({
          id: operation.operationId,
          text: operation.summary ?? operation.operationId,
          level: 2 as const,
        })),
        ...(below[name]?.contents ?? []),
      ],
      ...(previous && { previous: { path: previous.path, title: previous.title } }),
      ...(next && { next: { path: next.path, title: next.title } }),
      markdown: false,
    }
  })
  const [first] = entries
  const index: Page = {
    ...start,
    section: SECTION,
    html: about(document) + tags.map((tag) => tagList(tag)).join('\n'),
    contents: tags.map(({ name }) => ({ id: slugOf(name), text: name, level: 2 })),
    ...(first && { next: { path: first.path, title: first.title } }),
    markdown: false,
  }
  return { pages: [index, ...pages], entries }
}

/** What all operations have in common. */
function about({ info }: OpenApi): string {
  const { html } = renderMarkdown(info.description ?? '', asWritten)
  return (
    <>
      {html}
      <p>
        The base URL is <code>{PREBUILT_APP_URL}</code>. Generators of clients read{' '}
        <a href="/openapi.json">openapi.json</a>
        {` (OpenAPI 3.1, version ${escapeHtml(info.version)}), and for connections that stay open `}
        <a href="/asyncapi.json">asyncapi.json</a> (AsyncAPI 3.0). Failures are in the{' '}
        <a href="/docs/errors">error catalogue</a>.
      </p>
      <search class="filter" hidden>
        <label for="filter">Filter the operations</label>
        <input
          id="filter"
          type="search"
          autocomplete="off"
          spellcheck="false"
          placeholder="sessions, DELETE, /v1/orgs"
        />
        <p class="soft" role="status" id="filtered"></p>
      </search>
    </>
  ) as string
}

function tagList({
  name,
  description,
  placed,
}: {
  name: string
  description: string
  placed: readonly Placed[]
}): string {
  const path = tagPath(name)
  return (
    <section class="tag">
      <h2 id={slugOf(name)}>
        <a href={path} safe>
          {name}
        </a>
      </h2>
      <p class="soft">{renderInline(description, asWritten)}</p>
      <ul class="operations">
        {placed.map((one) => (
          <li id={one.operation.operationId}>
            <a href={`${path}#${one.operation.operationId}`}>
              <span class="call">
                <span class={`method ${one.method.toLowerCase()}`}>{one.method}</span> <code safe>{one.path}</code>
              </span>
              <span class="what" safe>
                {one.operation.summary ?? ''}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  ) as string
}
