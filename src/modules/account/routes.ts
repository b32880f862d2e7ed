/** The page on which a person manages the own account. It uses the public API alone, by the program in `browser`. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { programFile, programPages } from '../../http/program-pages.ts'
import { preferredLocale } from '../../lib/languages.ts'
import { programPage } from '../pages/program-page.tsx'

const hidden = { detail: { hide: true } } as const

export function routes(deps: Deps) {
  const { brandName, passwordMinLength } = deps.config
  const open = programPages(deps, (_, { headers }) =>
    programPage(
      {
        program: 'account',
        locale: preferredLocale(headers.get('accept-language')) ?? 'en',
        title: 'Account',
        setting: { brandName, passwordMinLength },
        noscript: 'This page needs JavaScript.',
      },
      deps.config,
    ),
  )
  return new Elysia({ name: 'account', normalize: false })
    .use(access(deps))
    .get('/account', (context) => open(context), { public: true, ...hidden })
    .get('/account/assets/:name', ({ params: { name } }) => programFile(deps, 'account', name), {
      public: true,
      ...hidden,
    })
}
