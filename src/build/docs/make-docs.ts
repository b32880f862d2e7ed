/**
 * The docs site as files: a page for each guide, decision and tag of the API, the index of the search, and the texts for
 * programs. Made from `docs/*.md`, the routes and the error catalogue; nothing of it is in git.
 */
import { join } from 'node:path'
import { createAsyncApiDocument } from '../../http/openapi/asyncapi.ts'
import { PREBUILT_APP_URL } from '../../http/openapi/prebuilt.ts'
import { errorsMarkdown } from '../../modules/docs/errors-markdown.ts'
import { type Page, pageFile, SEARCH_FILE, SITE_FILE, type Site } from '../../modules/docs/site.ts'
import { realtimeChannels } from '../../modules/realtime/channels-schema.ts'
import { buildBrowserProgram, compactStyles } from '../browser-programs.ts'
import { prebuiltOpenApi } from '../prebuilt-openapi.ts'
import { findableErrors, findableGuide, findableOperations } from './findable.ts'
import { guidePages, withAppUrl } from './guide-pages.ts'
import { llmsFull, llmsIndex } from './llms.ts'
import { messagesOf } from './messages-view.tsx'
import type { OpenApi } from './openapi-types.ts'
import { referencePages } from './reference.tsx'
import { searchIndex } from './search-index.ts'

const BROWSER = join(import.meta.dir, '../../modules/docs/browser')

/** The files of the group `docs`, by their path. */
export async function makeDocs(): Promise<Map<string, Blob>> {
  const [{ guides, groups, decisions }, openApi, program] = await Promise.all([
    guidePages(),
    // The types of the reference are the parts of our own document that it shows.
    prebuiltOpenApi().then((document) => document as unknown as OpenApi),
    buildBrowserProgram('docs'),
  ])
  const asyncApi = createAsyncApiDocument(realtimeChannels, { appUrl: PREBUILT_APP_URL })
  const reference = referencePages(openApi, { 'Real time': messagesOf(asyncApi, 'realtime') })
  const pages: Page[] = [...guides.map(({ page }) => page), ...reference.pages]
  const found = [...guides.flatMap(findableGuide), ...findableOperations(openApi), ...findableErrors()]
  const texts = new Map<string, string>([
    ['docs/main.css', compactStyles(await Bun.file(join(BROWSER, 'docs.css')).text())],
    ...pages.map((page) => [pageFile(page.path, 'json'), JSON.stringify(page)] as const),
    ...guides.map(({ page, markdown }) => [pageFile(page.path, 'md'), markdown] as const),
    [pageFile('/docs/errors', 'md'), withAppUrl(errorsMarkdown())],
    [`docs/${SEARCH_FILE}`, JSON.stringify(searchIndex(found))],
    ['docs/llms.txt', llmsIndex({ groups, decisions })],
    ['docs/llms-full.txt', llmsFull(guides)],
  ])
  const version = versionOf([
    ...texts.values(),
    ...(await Promise.all([...program.values()].map((file) => file.text()))),
  ])
  const site: Site = { version, groups, decisions, reference: reference.entries }
  texts.set(SITE_FILE, JSON.stringify(site))
  return new Map([...program, ...[...texts].map(([path, text]) => [path, new Blob([text])] as const)])
}

function versionOf(texts: readonly string[]): string {
  const hasher = new Bun.CryptoHasher('sha256')
  for (const text of texts) hasher.update(text)
  return hasher.digest('hex').slice(0, 12)
}
