/** @jsxImportSource @kitajs/html */
/** What a browser shows when a request for a page fails: a sentence and a way on. Programs get the problem document. */
import type { FailedPage, ProblemPage } from '../../core/feature.ts'
import { preferredLocale } from '../../lib/languages.ts'
import { toHtml } from '../mail/to-html.ts'
import { homeDocument, homeHeaders, sayIn } from './document.tsx'
import type { Say } from './messages/say.ts'

/** The answers of the API are problem documents for everybody. A person opens no URL of it, but for the two of providers. */
const API = /^\/(?:v1|access|\.well-known)(?:\/|$)|^\/(?:openapi\.json|livez|readyz|metrics)$/
const OPENED_BY_PEOPLE = /^\/v1\/auth\/providers\/[^/]+\/(?:start|callback)$/

export const problemPage: ProblemPage = ({ config }, failed) => {
  const { pathname } = new URL(failed.request.url, config.appUrl)
  if (API.test(pathname) && !OPENED_BY_PEOPLE.test(pathname)) return undefined
  const locale = preferredLocale(failed.request.headers.get('accept-language')) ?? 'en'
  const say = sayIn(locale, config)
  const { heading, content } = contentOf(say, failed)
  const main = toHtml(
    <>
      <h1 safe>{heading}</h1>
      {content}
      <p class="acts">
        <a class="button" href="/" safe>
          {say('go.home')}
        </a>
      </p>
    </>,
  )
  return new Response(homeDocument({ locale, title: heading, main }, config), {
    status: failed.status,
    headers: homeHeaders(locale),
  })
}

function contentOf(say: Say, { status, title, requestId }: FailedPage): { heading: string; content: string } {
  if (status === 404) return { heading: say('missing.heading'), content: paragraph(say('missing.why')) }
  if (status === 429 || status === 503)
    return { heading: say('failed.busy.heading'), content: paragraph(say('failed.busy')) }
  return {
    heading: say('failed.heading'),
    content: toHtml(
      <>
        {/* The catalogue of errors is English. */}
        <p lang="en" safe>
          {title}
        </p>
        <p class="soft" safe>
          {say('failed.request', { request: requestId })}
        </p>
      </>,
    ),
  }
}

const paragraph = (text: string): string => toHtml(<p safe>{text}</p>)
