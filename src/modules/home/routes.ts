/** The root: a page, and an index for programs that ask for JSON. */
import { Elysia } from 'elysia'
import { effectivePermissions } from '../../core/authz/effective-permissions.ts'
import { instanceIn, readWithScopes } from '../../core/authz/load-scopes.ts'
import { INSTANCE } from '../../core/authz/scope.ts'
import type { Deps, SessionPrincipal } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { browserSessions } from '../../http/browser-session.ts'
import { languageOf } from '../../http/languages.ts'
import { localizedAnswer } from '../../http/localized.ts'
import { programFile } from '../../http/program-pages.ts'
import { redirect } from '../../http/responses.ts'
import { prefersJson } from '../../lib/accepts-html.ts'
import { anyAdmin } from '../users/queries.ts'
import { homeAnswer } from './document.tsx'
import { homePage } from './home-page.tsx'

const mark = { public: true, detail: { hide: true } } as const

export function routes(deps: Deps) {
  const { config } = deps
  const { appUrl, homeUrl, development } = config
  const sessionOf = browserSessions(deps)

  /** The second round trip, and none in production for who is signed out. */
  async function read(session: SessionPrincipal | undefined) {
    if (session === undefined && !development) return { managesOthers: false, hasAdmin: true }
    const { rows, scopes } = await readWithScopes(
      deps,
      session === undefined ? [] : [INSTANCE],
      development ? [anyAdmin(deps.db)] : [],
    )
    const [admins] = rows
    return {
      managesOthers: session !== undefined && managesOthers(session, effectivePermissions(session, instanceIn(scopes))),
      hasAdmin: admins === undefined || admins.length > 0,
    }
  }

  return new Elysia({ name: 'home', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ request, set }) => {
        // Both answers are at this URL.
        set.headers.vary = set.headers.vary === undefined ? 'Accept' : `${set.headers.vary}, Accept`
        if (prefersJson(request)) return index(config.brandName, appUrl)
        if (homeUrl !== undefined) return redirect(homeUrl, [], 303)
        const session = await sessionOf(request, set.headers)
        const { managesOthers, hasAdmin } = await read(session)
        const view = {
          locale: languageOf(request),
          // The address of an anonymous account is a placeholder, which is nobody's.
          visitor: session && {
            name: session.user.name,
            email: session.anonymous ? '' : session.user.email,
            managesOthers,
          },
          development: development ? { hasAdmin } : undefined,
        }
        return localizedAnswer(homeAnswer(homePage(view, config), config), request, appUrl)
      },
      mark,
    )
    .get(
      '/home/assets/:name',
      ({ params: { name }, request, set }) => programFile(deps, 'home', name, { request, set }),
      mark,
    )
}

/** Whether the console has anything for this person: a permission in the server, or an organisation to manage. */
const managesOthers = ({ memberships }: SessionPrincipal, permissions: readonly string[]): boolean =>
  permissions.length > 0 || [...memberships.values()].some((roles) => roles.some((role) => role !== 'member'))

/** For programs. */
const index = (name: string, appUrl: string) => ({
  name,
  issuer: appUrl,
  links: {
    docs: `${appUrl}/docs`,
    openapi: `${appUrl}/openapi.json`,
    errors: `${appUrl}/docs/errors`,
    signIn: `${appUrl}/sign-in`,
    account: `${appUrl}/account`,
    console: `${appUrl}/console`,
    discovery: `${appUrl}/.well-known/openid-configuration`,
    keys: `${appUrl}/.well-known/jwks.json`,
    readiness: `${appUrl}/readyz`,
  },
})
