/** The guides for programs that read text: `/llms.txt` (llmstxt.org) and `/llms-full.txt`. */
import { PREBUILT_APP_URL } from '../../http/openapi/prebuilt.ts'
import type { Site } from '../../modules/docs/site.ts'
import type { Guide } from './guide-pages.ts'

const HEAD = `# Threeger ID

> The identity and user API that products, AI agents and enterprise systems sign in to: accounts, sessions, second factors, passkeys, organisations, authorization, OAuth 2.1 and OpenID Connect.

The API is at ${PREBUILT_APP_URL}. Send \`Authorization: Bearer <access token or API key>\`. Failures are problem documents (RFC 9457): decide by \`code\`. Unknown fields in a body are refused with 422.
`

/** Of little use to who only calls the API. A reader with little room leaves it out. */
const OPTIONAL = 'How it is made'

export function llmsIndex({ groups, decisions }: Pick<Site, 'groups' | 'decisions'>): string {
  const link = ({ path, title, summary }: { path: string; title: string; summary: string }) =>
    `- [${title}](${PREBUILT_APP_URL}${path}.md): ${summary}`
  const sections = groups.map(({ title, pages }) => ({
    title: title === OPTIONAL ? 'Optional' : title,
    rows: [...pages, ...(title === OPTIONAL ? decisions : [])].map(link),
  }))
  const reference = {
    title: 'Reference',
    rows: [
      `- [OpenAPI 3.1](${PREBUILT_APP_URL}/openapi.json): every operation with its schemas, examples and failures`,
      `- [Errors](${PREBUILT_APP_URL}/docs/errors.md): every code, and what to do about it`,
      `- [All guides in one file](${PREBUILT_APP_URL}/llms-full.txt)`,
    ],
  }
  // "Optional" comes last (llmstxt.org).
  const ordered = [
    ...sections.filter(({ title }) => title !== 'Optional'),
    reference,
    ...sections.filter(({ title }) => title === 'Optional'),
  ]
  return [HEAD, ...ordered.map(({ title, rows }) => `## ${title}\n\n${rows.join('\n')}\n`)].join('\n')
}

/** All guides, without the decisions. */
export const llmsFull = (guides: readonly Guide[]): string =>
  [
    HEAD,
    ...guides
      .filter(({ file }) => !file.startsWith('docs/adr'))
      .map(({ page, markdown }) => `<!-- ${PREBUILT_APP_URL}${page.path} -->\n\n${markdown}`),
  ].join('\n\n')
