/**
 * Where `List-Unsubscribe` of a mail leads. The GET changes nothing, because scanners of mails open every link. A person presses the
 * button of its page; a mail program sends the same POST by itself (RFC 8058). The link is the credential, so no cookie and no
 * origin count.
 */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { takesAnyForm } from '../../http/bodies.ts'
import { browserPages, type Visit } from '../../http/browser-pages.ts'
import { languageOf } from '../../http/languages.ts'
import { cardAnswer } from '../authorize/card.tsx'
import { pagesOfErrors } from '../authorize/page-of-error.ts'
import { endDigests } from '../notifications/end-digests.ts'
import { accountOfLink } from '../notifications/unsubscribe-link.ts'
import { askPage, brokenPage, endedPage } from './unsubscribe-view.tsx'

/**
 * `List-Unsubscribe=One-Click`, in either encoding of a form (RFC 8058 §3.2). A part may have other headers, as many programs write its
 * type (RFC 7578 §4.4). All repetitions are bounded, so a hostile body costs no time.
 */
const ONE_CLICK = /List-Unsubscribe(?:=|"?(?:;[^\r\n]{0,200})?(?:\r?\n[^\r\n]{1,200}){0,8}\r?\n\r?\n)One-Click/i

export function routes(deps: Deps) {
  const { config } = deps
  const pages = browserPages(deps, 'unsubscribe:address', pagesOfErrors(deps, 'mails not ended'))
  const answer = (visit: Visit, confirmed: boolean): Promise<Response> =>
    pages.answer(visit, async () => {
      const locale = languageOf(visit.request)
      const token = new URL(visit.request.url, config.appUrl).searchParams.get('token') ?? ''
      const userId = await accountOfLink(deps, token)
      if (userId === undefined) return cardAnswer(brokenPage(locale, config), [], 400)
      if (!confirmed) return cardAnswer(askPage(locale, config, token))
      await endDigests(deps, visit.cause(), userId)
      return cardAnswer(endedPage(locale, config))
    })

  return new Elysia({ name: 'unsubscribe', normalize: false })
    .use(access(deps))
    .get('/unsubscribe', ({ request, requestId, cause, set }) => answer({ request, requestId, cause, set }, false), {
      public: true,
      detail: { hide: true },
    })
    .post(
      '/unsubscribe',
      ({ request, requestId, cause, set, body }) =>
        answer({ request, requestId, cause, set }, typeof body === 'string' && ONE_CLICK.test(body)),
      { public: true, detail: { hide: true, ...takesAnyForm } },
    )
}
