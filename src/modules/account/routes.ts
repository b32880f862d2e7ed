/** The page on which a person manages the own account. It uses the public API alone, by the program in `browser`. */
import { Elysia } from 'elysia'
import type { Deps, SessionPrincipal } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { languageOf } from '../../http/languages.ts'
import { programFile, programPages } from '../../http/program-pages.ts'
import { documentHeaders } from '../../http/security-headers.ts'
import type { Locale } from '../../lib/languages.ts'
import { type Brand, brandOf } from '../pages/brand.ts'
import { speak } from '../pages/frame/messages/say.ts'
import { programPage } from '../pages/program-page.tsx'
import { firstPaint } from './first-paint.tsx'
import type { AccountSetting } from './schema.ts'
import { isSection } from './sections.ts'
import { textsFile, textsOf, textsScript } from './texts.ts'

const hidden = { detail: { hide: true } } as const

export function routes(deps: Deps) {
  const { brandName, passwordMinLength } = deps.config
  const brand = brandOf(deps.config)
  const open = programPages(deps, (session, request) => {
    const locale = languageOf(request)
    const texts = textsOf(locale)
    const setting: AccountSetting = {
      brandName,
      logo: brand.logo ?? null,
      links: linksOf(brand, locale),
      passwordMinLength,
      console: seesConsole(session),
      factorMissing: session.mfaMissing && session.hasFactor,
    }
    const { title, noscript, signOut } = texts
    const first = firstPaint(brandName, texts.loading)
    const before = textsFile(locale)
    return programPage({ program: 'account', locale, title, setting, before, first, noscript, signOut }, deps.config)
  })
  const mark = { public: true, ...hidden } as const
  return new Elysia({ name: 'account', normalize: false })
    .use(access(deps))
    .get('/account', (context) => open(context), mark)
    .get(
      '/account/:section',
      (context) =>
        isSection(context.params.section)
          ? open(context)
          : new Response(null, { status: 303, headers: { ...documentHeaders(), location: '/account' } }),
      mark,
    )
    .get(
      '/account/assets/:name',
      ({ params: { name }, request, set }) =>
        programFile(deps, 'account', name, { request, set }, { written: textsScript(name) }),
      mark,
    )
}

/** Links that lead out of our pages. */
const linksOf = ({ links }: Brand, locale: Locale): AccountSetting['links'] =>
  (['terms', 'privacy', 'support'] as const).flatMap((name) => {
    const url = links[name]
    return url === undefined ? [] : [{ text: speak(locale, {})(name), url }]
  })

/** Who has a role of the instance beside the one of everybody, or more than membership in an organisation. */
const seesConsole = ({ roles, memberships, impersonatorId }: SessionPrincipal): boolean =>
  impersonatorId === null &&
  (roles.some((role) => role !== 'user') ||
    [...memberships.values()].some((held) => held.some((role) => role !== 'member')))
