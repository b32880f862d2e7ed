/** The page that sets a new server up: the first administrator, organisation and client. Anyone may open it; its token decides. */
import { Elysia } from 'elysia'
import { limitAddressHere } from '../../core/limits/request-budgets.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { browserSessions } from '../../http/browser-session.ts'
import { openPage, programFile } from '../../http/program-pages.ts'
import { programPage } from '../pages/program-page.tsx'
import { hasAdmin } from '../users/has-admin.ts'
import type { SetupSetting } from './setting.ts'

const mark = { public: true, detail: { hide: true } } as const

export function routes(deps: Deps) {
  const { config, db } = deps
  const sessionOf = browserSessions(deps)
  return new Elysia({ name: 'setup-page', normalize: false })
    .use(access(deps))
    .get(
      '/setup',
      async ({ request, set, cause }) => {
        limitAddressHere(deps, 'entry:address', cause())
        const session = await sessionOf(request, set.headers)
        const { brandName, appUrl, passwordMinLength } = config
        const setting: SetupSetting = {
          brandName,
          appUrl,
          passwordMinLength,
          // Not what a session says: anyone can sign up before the server is set up.
          isDone: await hasAdmin(db),
          // The address of an anonymous account is a placeholder, which is nobody's.
          email: session?.anonymous ? undefined : session?.user.email,
        }
        return openPage(
          programPage(
            { program: 'setup', locale: 'en', title: 'Set-up', setting, noscript: 'The set-up needs JavaScript.' },
            config,
          ),
        )
      },
      mark,
    )
    .get(
      '/setup/assets/:name',
      ({ params: { name }, request, set }) => programFile(deps, 'setup', name, { request, set }),
      mark,
    )
}
