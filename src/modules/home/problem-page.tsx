/** @jsxImportSource @kitajs/html */
/** What a browser shows when a request for a page fails: a sentence and a way on. Programs get the problem document. */
import type { FailedPage, ProblemPage } from '../../core/feature.ts'
import { toHtml } from '../mail/to-html.ts'
import { paragraph } from '../pages/parts.tsx'
import { homeAnswer, sayIn } from './document.tsx'
import type { Say } from './messages/say.ts'

/**
 * The answers of the API, and of the endpoints of OAuth that clients call, are problem documents for everybody. A person opens no
 * URL of it, but for the two of providers.
 */
const API =
  /^\/(?:v1|access|\.well-known|oauth\/(?:token|introspect|revoke|par|device|userinfo|register))(?:\/|$)|^\/(?:openapi\.json|livez|readyz|metrics)$/
const OPENED_BY_PEOPLE = /^\/v1\/auth\/providers\/[^/]+\/(?:start|callback)$/

export const problemPage: ProblemPage = ({ config }, failed) => {
  const { path, locale } = failed
  if (API.test(path) && !OPENED_BY_PEOPLE.test(path)) return undefined
  const say = sayIn(locale, config)
  const { heading, why } = whatHappened(say, failed)
  const content = toHtml(
    <>
      <h1 safe>{heading}</h1>
      {why}
      <p class="acts">
        <a class="button" href="/" safe>
          {say('go.home')}
        </a>
      </p>
    </>,
  )
  return homeAnswer({ locale, title: heading, content, status: failed.status }, config)
}

function whatHappened(say: Say, { status, title, requestId }: FailedPage): { heading: string; why: string } {
  if (status === 404) return { heading: say('missing.heading'), why: paragraph(say('missing.why')) }
  if (status === 429 || status === 503)
    return { heading: say('failed.busy.heading'), why: paragraph(say('failed.busy')) }
  return {
    heading: say('failed.heading'),
    why: toHtml(
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
