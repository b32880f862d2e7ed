/** `?org=<slug>` on the pages for coming in: whose brand they show, and in which organisation the person acts afterwards. */
import { scopesById } from '../../../core/authz/load-scopes.ts'
import type { Cause } from '../../../core/events/queries.ts'
import type { Deps, SessionPrincipal } from '../../../deps.ts'
import { Problem } from '../../../errors.ts'
import { switchOrg } from '../../active-org/switch-org.ts'
import { brandOfOrg } from '../../branding/brand-of-org.ts'
import { type Brand, brandOf } from '../../pages/brand.ts'

/** The brand of the organisation if it has published one, else that of the server. Nobody can tell whether it exists. */
export async function brandFor(deps: Pick<Deps, 'config' | 'db' | 'clock'>, slug: string | undefined): Promise<Brand> {
  const found = slug === undefined ? undefined : await brandOfOrg(deps, slug)
  return found?.brand ?? brandOf(deps.config)
}

/** The sign-in is the act that the hint belongs to. A link that another site has made changes no older session. */
const JUST_NOW_MS = 120_000

/**
 * Makes the organisation the active one of a session that has just begun, if the person is a member. Does nothing for another
 * slug, and nothing if the session does not meet the settings of the organisation: the person then sees them where they act.
 */
export async function actInOrg(
  deps: Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals'>,
  cause: Cause,
  session: SessionPrincipal,
  slug: string | undefined,
): Promise<void> {
  if (slug === undefined || deps.clock.now() - session.authenticatedAt > JUST_NOW_MS) return
  const scopes = await scopesById(deps, [...session.memberships.keys()])
  const found = [...scopes.values()].find(({ org }) => org?.slug === slug)
  if (found === undefined || found.id === session.orgId) return
  try {
    await switchOrg(deps, cause, session, found.id)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
  }
}
