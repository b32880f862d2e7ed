/** The page for administrators and owners of organisations. It uses the public API alone, by the program in `browser`. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { programFile, programPages } from '../../http/program-pages.ts'
import { brandOf } from '../pages/brand.ts'
import { programPage } from '../pages/program-page.tsx'
import { hasAdmin } from '../users/has-admin.ts'
import { firstPaint } from './first-paint.tsx'

const hidden = { detail: { hide: true } } as const

export function routes(deps: Deps) {
  const { brandName, brandColor, brand, appUrl } = deps.config
  /** Without an administrator nobody can sign in here: the set-up makes one. */
  const setUpFirst = async () => ((await hasAdmin(deps.db)) ? undefined : '/setup')
  const open = programPages(
    deps,
    () =>
      programPage(
        {
          program: 'console',
          locale: 'en',
          title: 'Console',
          // For the previews of brands.
          setting: { brandName, brandColor, appUrl, logo: brandOf(deps.config).logo, variables: brand.variables },
          first: firstPaint(brandName),
          noscript: 'You are signed in. The console needs JavaScript.',
          signOut: 'Sign out',
        },
        deps.config,
      ),
    setUpFirst,
  )
  const mark = { public: true, ...hidden } as const
  return (
    new Elysia({ name: 'console', normalize: false })
      .use(access(deps))
      // The program shows the section that the path names.
      .get('/console', (context) => open(context), mark)
      .get('/console/:section', (context) => open(context), mark)
      .get('/console/:section/:item', (context) => open(context), mark)
      .get('/console/:section/:item/:tab', (context) => open(context), mark)
      .get(
        '/console/assets/:name',
        ({ params: { name }, request, set }) => programFile(deps, 'console', name, { request, set }),
        mark,
      )
  )
}
