/** For the operator: may this user do this, and why not. */
import { decide } from '../../core/authz/decide.ts'
import { instanceIn, readWithScopes } from '../../core/authz/load-scopes.ts'
import { INSTANCE } from '../../core/authz/scope.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { iso } from '../../lib/iso-time.ts'
import { type Explained, explained } from './explain-decision.ts'
import { living, questionAbout } from './judge.ts'
import { orgIdBySlug, userSubjects } from './subject-queries.ts'
import { userSubject } from './subjects.ts'

export interface UserQuestion {
  userId: string
  permission: string
  /** The slug of an organisation. */
  org?: string
  resource?: { type: string; id?: string }
  properties?: Record<string, unknown>
}

/** Throws `user.not_found` for no active user, and `org.not_found`. Two round trips at most. */
export async function explainUser(
  deps: Pick<Deps, 'db' | 'principals' | 'clock'>,
  { userId, permission, org: slug, resource, properties = {} }: UserQuestion,
): Promise<Explained & { email: string }> {
  const { db } = deps
  const orgId = slug === undefined ? undefined : (await orgIdBySlug(db, slug))[0]?.id
  if (slug !== undefined && orgId === undefined) throw problem('org.not_found')
  const orgIds = orgId === undefined ? [] : [orgId]
  const { rows, scopes } = await readWithScopes(deps, [INSTANCE, ...orgIds], [userSubjects(db, [userId], orgIds)])
  const [user] = rows[0]
  if (!user) throw problem('user.not_found')
  const org = orgId === undefined ? undefined : living(scopes.get(orgId))
  if (orgId !== undefined && org === undefined) throw problem('org.not_found')
  const instance = instanceIn(scopes)
  const asked = {
    action: { name: permission },
    resource: { ...(resource ?? { type: permission.split(':', 1)[0] ?? permission }), properties },
  }
  const question = questionAbout(userSubject(user), asked, org, iso(deps.clock.now()))
  const decision = decide(question, instance.policies, org?.policies ?? null)
  return { email: user.email, ...explained({ question, decision, instance, org, known: true, hidden: false }) }
}
