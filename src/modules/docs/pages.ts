/**
 * The HTML pages. They contain markup only: scripts and styles are files, so that the CSP can refuse all inline
 * ones.
 */
import swaggerUi from 'swagger-ui-dist/package.json' with { type: 'json' }
import manifest from '../../../package.json' with { type: 'json' }
import type { ErrorDeclaration } from '../../core/feature.ts'
import { catalogue } from '../../errors.ts'
import { deprecation } from './errors-markdown.ts'
import { MCP_GUIDE } from './mcp.generated.ts'

/** Part of the URL of every asset. It changes with a release of this server or of Swagger UI. */
const version = encodeURIComponent(`${manifest.version}-${swaggerUi.version}`)
const asset = (name: string): string => `/docs/assets/${name}?v=${version}`

const layout = (title: string, head: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" type="image/png" href="${asset('favicon-32x32.png')}">
${head}<link rel="stylesheet" href="${asset('docs.css')}">
</head>
<body>
<header><strong>Threeger ID</strong><nav><a href="/docs">API</a><a href="/docs/errors">Errors</a><a href="/docs/mcp">MCP</a><a href="/openapi.json">openapi.json</a></nav></header>
${body}
</body>
</html>
`

export const docsPage = (): string =>
  layout(
    'Threeger ID API',
    `<link rel="stylesheet" href="${asset('swagger-ui.css')}">
<script src="${asset('swagger-ui-bundle.js')}" defer></script>
<script src="${asset('docs.js')}" defer></script>
`,
    '<main id="docs"><noscript>This page needs JavaScript. The same content is in <a href="/openapi.json">openapi.json</a>.</noscript></main>',
  )

/** One anchor per code: `type` of every problem document links here. */
export const errorsPage = (): string =>
  layout(
    'Threeger ID errors',
    '',
    `<main class="errors">
<h1>Errors</h1>
<p>Every failure is a problem document (<code>application/problem+json</code>, RFC 9457). Use <code>code</code> to tell errors apart: a code is never renamed. Quote <code>requestId</code> when you report a failure.</p>
${Object.entries(catalogue).map(errorSection).join('\n')}
</main>`,
  )

/** The APP_URL that the guide is written for. */
const GUIDE_URL = 'http://127.0.0.1:3000'

/** docs/mcp.md for this server. An origin has no character that HTML escapes. */
export const mcpPage = (appUrl: string): string =>
  layout('Threeger ID and MCP', '', `<main class="guide">\n${MCP_GUIDE.replaceAll(GUIDE_URL, appUrl)}</main>`)

const errorSection = ([code, error]: [string, ErrorDeclaration]): string =>
  `<section id="${code}">
<h2><a href="#${code}"><code>${code}</code></a> <span>${error.status}</span></h2>
<p>${escapeHtml(error.title)}</p>
${[error.remedy, ...deprecation(error)].map((text) => `<p class="remedy">${escapeHtml(text)}</p>`).join('\n')}
</section>`

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
