/** @jsxImportSource @kitajs/html */
/** `/docs/errors`: one anchor for each code. `type` of every problem document links here, so it needs no file of the build. */
import { escapeHtml } from '@kitajs/html'
import type { Config } from '../../config.ts'
import type { ErrorDeclaration } from '../../core/feature.ts'
import { catalogue } from '../../errors.ts'
import { groupBy } from '../../lib/group-by.ts'
import { deprecation } from './errors-markdown.ts'
import { codeBlock } from './highlight.ts'
import type { Framed } from './layout.tsx'

type Listed = readonly [code: string, error: ErrorDeclaration]

export function errorsPage({ appUrl }: Pick<Config, 'appUrl'>): Framed {
  const groups = groupBy<Listed, string>(Object.entries(catalogue), ([code]) => code.split('.')[0] ?? '')
  const names = [...groups.keys()].sort()
  const example = catalogue['user.not_found']
  const sample = {
    type: `${appUrl}/docs/errors#user.not_found`,
    title: example.title,
    status: example.status,
    code: 'user.not_found',
    requestId: 'req_192121646ad746969',
  }
  const body = (
    <>
      <p>
        Every failure is a problem document (<code>application/problem+json</code>, RFC 9457). Use <code>code</code> to
        tell errors apart: a code is never renamed. <code>errors</code>, if present, lists each fault of the request;
        its <code>path</code> is a JSON Pointer. Quote <code>requestId</code> when you report a failure. The endpoints
        of OAuth answer with the words of their RFCs instead (<a href="/docs/oauth">Sign in with this server</a>).
      </p>
      {codeBlock(JSON.stringify(sample, undefined, 2), 'json')}
      {names.map((name) => (
        <>
          <h2 id={`codes-${name}`}>
            <code>{escapeHtml(name)}</code>
          </h2>
          {(groups.get(name) ?? []).map(section)}
        </>
      ))}
    </>
  ) as string
  return {
    path: '/docs/errors',
    title: 'Errors',
    summary: 'Every code that this API answers with, what it means and what to do about it.',
    body,
    contents: names.map((name) => ({ id: `codes-${name}`, text: name, level: 2 })),
    markdown: true,
  }
}

const section = ([code, error]: Listed): string =>
  `<section class="error" id="${escapeHtml(code)}">
<h3><a href="#${escapeHtml(code)}"><code>${escapeHtml(code)}</code></a> <span class="soft">${error.status}</span></h3>
<p>${escapeHtml(error.title)}</p>
${[error.remedy, ...deprecation(error)].map((text) => `<p class="soft">${withCode(text)}</p>`).join('\n')}
</section>`

/** Backquotes, as the texts of the catalogue use them. */
const withCode = (text: string): string => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>')
