/**
 * The pages on which a person comes in (docs/pages.md). A GET changes nothing. The forms post to the pages themselves, so they
 * work without a script, and they call the same services as the API.
 */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { isForm } from '../../http/bodies.ts'
import { browserPages, type Failed, type Visit } from '../../http/browser-pages.ts'
import { requireAllowedOrigin } from '../../http/origins.ts'
import { problemOf } from '../../http/problems.ts'
import { programFile } from '../../http/program-pages.ts'
import type { Answered } from '../../lib/answered.ts'
import { readWaitingCookie } from '../../lib/cookies.ts'
import { openWaiting } from '../mfa/waiting-sign-in.ts'
import { brandOf } from '../pages/brand.ts'
import { isNavigation } from '../providers/accepts.ts'
import { appOf } from './app-hint.ts'
import { accountsIn } from './chooser/accounts-cookie.ts'
import { brandFor } from './chooser/org-hint.ts'
import { logFailure, toldOfProblem } from './failure.ts'
import { Form } from './form.ts'
import { speak } from './messages/say.ts'
import { openPage } from './open-page.ts'
import { postForm } from './post-form.ts'
import { type PageName, pageNames, readTrip } from './trip.ts'
import type { Step } from './view.ts'
import { show, type Visitor } from './visit.ts'

const hidden = { detail: { hide: true } } as const
const FIRST_STEP: Readonly<Record<PageName, Step>> = {
  'sign-in': 'enter',
  'sign-up': 'new',
  'forgot-password': 'forgot',
}

export function routes(deps: Deps) {
  const { config } = deps

  /** What is refused before the form is looked at: its origin, and too many requests. */
  const pageOfRefusal =
    (page: PageName) =>
    (_: unknown, { request, locale, problem }: Failed): Answered | undefined => {
      if (!isNavigation(request) || problem.status === 500) return undefined
      const say = speak(locale, { brand: config.brandName, host: '' })
      const { notice, status, headers } = toldOfProblem(say, config.passwordMinLength, problem)
      const trip = readTrip(config, request.url)
      return show(
        deps,
        { trip, locale, session: undefined, sealed: undefined, brand: brandOf(config), app: undefined, accounts: [] },
        { step: FIRST_STEP[page], notice },
        status,
        headers,
      )
    }

  const app = new Elysia({ name: 'entry', normalize: false })
    .use(access(deps))
    .get(
      '/sign-in/assets/:name',
      ({ params: { name }, request, set }) => programFile(deps, 'entry', name, { request, set }),
      {
        public: true,
        ...hidden,
      },
    )

  for (const page of pageNames) {
    const { answer, visitor: identified } = browserPages(deps, 'entry:address', pageOfRefusal(page))
    /** `field`: the sealed text of the form. A GET has that of the cookie. */
    async function visitorOf(visit: Visit, field?: string): Promise<Visitor> {
      const { request } = visit
      const sealed = field ?? readWaitingCookie(request.headers.get('cookie'), config.appUrl)
      const trip = readTrip(config, request.url)
      const [found, waiting, brand, app] = await Promise.all([
        identified(visit),
        openWaiting(deps, sealed),
        brandFor(deps, trip.org),
        appOf(deps, trip.returnTo),
      ])
      return {
        ...found,
        cause: visit.cause(),
        ownCause: found.cause,
        request,
        trip,
        brand,
        app,
        accounts: accountsIn(request),
        waiting,
        sealed: waiting === undefined ? undefined : sealed,
      }
    }

    app
      .get(
        `/${page}`,
        ({ request, requestId, cause, set }) => {
          const visit: Visit = { request, requestId, cause, set }
          return answer(visit, async () => openPage[page](deps, await visitorOf(visit)))
        },
        { public: true, ...hidden },
      )
      .post(
        `/${page}`,
        ({ request, requestId, cause, set, body }) => {
          const visit: Visit = { request, requestId, cause, set }
          return answer(visit, async () => {
            // Another site must not sign a visitor in to an account of its choice (login CSRF), nor act in their session.
            requireAllowedOrigin(request, { ...config, corsOrigins: [] })
            // A JSON body can be a text as well.
            const form = new Form(isForm(request.headers.get('content-type')) ? body : undefined)
            const visitor = await visitorOf(visit, form.text('waiting'))
            return postForm(deps, page, visitor, form, (error) => {
              const found = problemOf(error)
              logFailure(deps, found, { requestId, route: `/${page}` })
              return found
            })
          })
        },
        { public: true, ...hidden },
      )
  }
  return app
}
