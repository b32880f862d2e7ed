/** Pages with a program of their own (`src/modules/<name>/browser`): their policy, and the files of the program. */
import manifest from '../../package.json' with { type: 'json' }
import type { Deps, SessionPrincipal } from '../deps.ts'
import { problem } from '../errors.ts'
import type { Visit } from './browser-pages.ts'
import { browserSessions } from './browser-session.ts'
import { personIn } from '../lib/expected-user.ts'
import { fileCaching } from './file-caching.ts'
import { languageCookie, withLanguageLinks } from './languages.ts'
import { pagePolicy } from '../lib/page-policy.ts'
import { type Asked, publicFile } from './public-files.ts'
import { documentHeaders } from './security-headers.ts'

const HEADERS = {
  ...documentHeaders(pagePolicy({ pictures: "'self' data:" })),
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
}

/**
 * `documentOf` returns the HTML of the page for the person in this browser. Without a session, the sign-in page, which leads back
 * here, or where `elsewhere` says.
 */
export function programPages(
  deps: Deps,
  documentOf: (session: SessionPrincipal, request: Request) => string,
  elsewhere?: () => Promise<string | undefined>,
) {
  const sessionOf = browserSessions(deps)
  return async ({ request, set }: Pick<Visit, 'request' | 'set'>): Promise<Response> => {
    const session = await sessionOf(request, set.headers)
    if (session !== undefined) {
      const cookie = languageCookie(request, deps.config.appUrl)
      const headers = { ...HEADERS, ...(cookie !== undefined && { 'set-cookie': cookie }) }
      const document = await withPreloads(deps, documentOf(session, request))
      return new Response(withLanguageLinks(forPerson(document, session), request), { headers })
    }
    const { pathname, search } = new URL(request.url, deps.config.appUrl)
    const other = await elsewhere?.()
    const location = other ?? `/sign-in?${new URLSearchParams({ return_to: pathname + search })}`
    return new Response(null, { status: 303, headers: { ...documentHeaders(), location } })
  }
}

/** The program sends it with each request (`browser/api.ts`). Both ids are of this server. */
const forPerson = (document: string, { user, impersonatorId }: SessionPrincipal): string =>
  document.replace(
    '</head>',
    () => `<meta name="person" content="${personIn({ userId: user.id, impersonatorId })}"></head>`,
  )

const PROGRAM = /<script type="module" src="\/([a-z]+)\/assets\/main\.js/
const IMPORTED = /(?:\bfrom|\bimport)\s*"\.\/([\w-]+\.js)"/g
const firstParts = new WeakMap<Deps, Map<string, string>>()

/** The browser asks at once for what the program imports at its start, and not when it has read the program. */
async function withPreloads(deps: Deps, document: string): Promise<string> {
  const program = PROGRAM.exec(document)?.[1]
  if (program === undefined) return document
  const known = firstParts.get(deps) ?? new Map<string, string>()
  firstParts.set(deps, known)
  let links = known.get(program)
  if (links === undefined) {
    const text = await deps.asset(`${program}/main.js`).then((file) => file?.text())
    const names = [...(text ?? '').matchAll(IMPORTED)].map(([, name]) => name)
    links = names.map((name) => `<link rel="modulepreload" href="/${program}/assets/${name}">`).join('')
    if (deps.config.production) known.set(program, links)
  }
  return document.replace('</head>', () => `${links}</head>`)
}

/** The answer of a page that anyone may open, under the same policy. */
export const openPage = (document: string): Response => new Response(document, { headers: HEADERS })

const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
}
/** A file of a program: no dots but the one before its type. */
const FILE = /^[\w-]+\.(js|css)$/

interface FileOptions {
  /** What its URLs name. */
  version?: string
  /** The file, if the feature itself wrote it, and not the build. */
  written?: string | undefined
}

/** A file of a program. Throws `request.not_found`. */
export async function programFile(
  deps: Deps,
  program: string,
  name: string,
  asked: Asked,
  { version = manifest.version, written }: FileOptions = {},
): Promise<Response> {
  const type = TYPES[FILE.exec(name)?.[1] ?? '']
  const body = type === undefined ? undefined : (written ?? (await deps.asset(`${program}/${name}`)))
  if (type === undefined || body === undefined) throw problem('request.not_found')
  const caching = fileCaching(deps.config, asked.request.url, version)
  return publicFile(deps, asked, body, { 'content-type': type, 'cache-control': caching })
}
