/** @jsxImportSource @kitajs/html */
/** One operation: what it takes, what it answers, what can go wrong, and the request as a command and as code. */
import { escapeHtml } from '@kitajs/html'
import { catalogue } from '../../errors.ts'
import { PREBUILT_APP_URL } from '../../http/openapi/prebuilt.ts'
import { codeBlock } from '../../modules/docs/highlight.ts'
import { asWritten, renderInline, renderMarkdown } from './markdown.ts'
import { codesOf, headerOf, type MediaType, type OpenApi, type Placed, responseOf } from './openapi-types.ts'
import { answerSample, curlSample, fetchSample } from './samples.ts'
import { fieldView, schemaView } from './schema-view.tsx'

export function operationView(placed: Placed, document: OpenApi): string {
  const { method, path, operation } = placed
  const { operationId: id, summary = operation.operationId, description } = operation
  return (
    <section class="operation" aria-labelledby={id}>
      <div class="explained">
        <h2 id={id}>
          {escapeHtml(summary)}
          <a class="anchor" href={`#${id}`} aria-label={`Link to “${escapeHtml(summary)}”`}>
            #
          </a>
        </h2>
        <p class="call">
          <span class={`method ${method.toLowerCase()}`}>{method}</span> <code>{breakable(path)}</code>
        </p>
        <p class="access">{accessOf(placed)}</p>
        {description === undefined ? '' : renderMarkdown(description, asWritten).html}
        {parameters(placed, document)}
        {requestBody(placed, document)}
        {answers(placed, document)}
        {refusals(placed, document)}
      </div>
      <div class="samples">{samples(placed, document)}</div>
    </section>
  ) as string
}

/** A long path breaks at a slash. */
const breakable = (path: string): string => escapeHtml(path).replaceAll('/', '/<wbr>')

/** Who may call it. `x-access` is the mark of the route (`http/access.ts`). */
function accessOf({ operation }: Placed): string {
  const access = operation['x-access'] ?? 'public'
  const [permission = '', inOrg] = access.split(' in ')
  const fresh = ' and a sign-in of the last 10 minutes (<code>POST /v1/auth/step-up</code>)'
  if (access === 'public')
    return operation.security?.some((scheme) => 'client' in scheme)
      ? 'Authentication: the credentials of an OAuth client, if it has any.'
      : 'Authentication: none.'
  if (access === 'principal') return 'Authentication: any access token, API key or session.'
  if (access === 'session' || access === 'any-session') return 'Authentication: the session of a person.'
  if (access === 'fresh-session' || access === 'fresh-any-session')
    return `Authentication: the session of a person${fresh}.`
  return `Requires the permission <code>${escapeHtml(permission)}</code>${inOrg === undefined ? '' : ' in the organisation of the path'}.`
}

const PLACES = { path: 'Path', query: 'Query', header: 'Headers', cookie: 'Cookies' } as const

function parameters({ operation }: Placed, document: OpenApi): string {
  const all = operation.parameters ?? []
  return Object.entries(PLACES)
    .map(([place, title]) => {
      const here = all.filter((one) => one.in === place)
      if (here.length === 0) return ''
      return (
        <div class="part">
          <h3>{title}</h3>
          <ul class="fields">
            {here.map(({ name, required, schema, description }) =>
              fieldView(name, description === undefined ? schema : { description, ...schema }, required === true, {
                document,
                within: [],
              }),
            )}
          </ul>
        </div>
      ) as string
    })
    .join('')
}

function requestBody({ operation }: Placed, document: OpenApi): string {
  const { requestBody: body } = operation
  if (body === undefined) return ''
  return (
    <div class="part">
      <h3>Body{body.required === true ? '' : ' (optional)'}</h3>
      {Object.entries(body.content).map(([type, media]) => content(type, media, document))}
    </div>
  ) as string
}

const content = (type: string, media: MediaType, document: OpenApi): string =>
  (
    <>
      <p class="soft">
        <code safe>{type}</code>
      </p>
      {media.schema === undefined ? '' : schemaView(media.schema, { document, within: [] })}
    </>
  ) as string

/** Headers that every answer has are said once, on the page of all operations. */
const EVERYWHERE = ['X-Request-Id', 'RateLimit', 'RateLimit-Policy']

function answers({ operation }: Placed, document: OpenApi): string {
  const successes = Object.entries(operation.responses).filter(([status]) => status < '400')
  return (
    <div class="part">
      <h3>Answer</h3>
      {successes.map(([status, written]) => {
        const { description = '', content: types = {}, headers = {} } = responseOf(written, document)
        const own = Object.entries(headers).filter(([name]) => !EVERYWHERE.includes(name))
        return (
          <>
            <p>
              <code>{status}</code> {renderInline(description, asWritten)}
            </p>
            {own.length === 0 ? (
              ''
            ) : (
              <ul class="fields">
                {own.map(([name, header]) =>
                  fieldView(
                    `${name}:`,
                    { type: 'string', description: headerOf(header, document).description ?? '' },
                    false,
                    { document, within: [] },
                  ),
                )}
              </ul>
            )}
            {Object.entries(types).map(([type, media]) => content(type, media, document))}
          </>
        )
      })}
    </div>
  ) as string
}

function refusals({ operation }: Placed, document: OpenApi): string {
  const rows = Object.entries(operation.responses)
    .filter(([status]) => status >= '400')
    .flatMap(([status, written]) => {
      const response = responseOf(written, document)
      const { codes, of } = codesOf(response)
      if (of === 'oauth')
        return [
          [
            status,
            codes.map((code) => `<code>${escapeHtml(code)}</code>`).join(' '),
            codes.length > 0 ? 'A refusal of RFC 6749 §5.2.' : renderInline(response.description ?? '', asWritten),
          ],
        ]
      return codes.map((code) => [
        status,
        `<a href="/docs/errors#${escapeHtml(code)}"><code>${escapeHtml(code)}</code></a>`,
        escapeHtml(titleOf(code)),
      ])
    })
  if (rows.length === 0) return ''
  return (
    <details class="part">
      <summary>{`What can go wrong (${rows.length})`}</summary>
      <div class="table" tabindex="0">
        <table>
          <thead>
            <tr>
              <th scope="col">Status</th>
              <th scope="col">Code</th>
              <th scope="col">Meaning</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((cells) => (
              <tr>
                {cells.map((cell) => (
                  <td>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  ) as string
}

const titles: Readonly<Record<string, { title: string }>> = catalogue
const titleOf = (code: string): string => titles[code]?.title ?? ''

function samples(placed: Placed, document: OpenApi): string {
  const { operation } = placed
  const answer = answerSample(placed, document)
  const bodies = Object.entries(operation.requestBody?.content ?? {}).flatMap(([, { examples = {} }]) =>
    Object.entries(examples).slice(1),
  )
  return (
    <>
      {fold('curl', codeBlock(curlSample(placed, PREBUILT_APP_URL), 'sh'), true)}
      {fold('TypeScript', codeBlock(fetchSample(placed, PREBUILT_APP_URL), 'ts'))}
      {bodies.map(([name, { value }]) => fold(`Other body: ${name}`, codeBlock(asJson(value), 'json')))}
      {answer === undefined ? '' : fold(`Answer ${answer.status}`, codeBlock(asJson(answer.body), 'json'), true)}
    </>
  ) as string
}

const asJson = (value: unknown): string => JSON.stringify(value, undefined, 2)

const fold = (title: string, code: string, isOpen = false): string =>
  (
    <details open={isOpen}>
      <summary safe>{title}</summary>
      {code}
    </details>
  ) as string
