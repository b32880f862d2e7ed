import { readTogether } from '../../../db/statements.ts'
import { type Denied, requires } from '../../core/authz/denied.ts'
import { lacking } from '../../core/authz/forbidden.ts'
import { instanceIn, scopesById, scopesOf } from '../../core/authz/load-scopes.ts'
import { INSTANCE, type Memberships, type Scope } from '../../core/authz/scope.ts'
import { scopeRows } from '../../core/authz/scope-queries.ts'
import { gainsByRules, outranks } from '../../core/authz/outranks.ts'
import { isAllowed } from '../../core/authz/authorize.ts'
import { permissionsOfRoles } from '../../core/authz/policy-set.ts'
import { isSession } from '../../core/authz/question.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import type { Actor, Deps, SessionPrincipal } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'
import { personBehind } from '../api-keys/own-or-reached.ts'
import type { SessionKind } from '../../lib/session-limits.ts'
import type { QueueJobDeps } from '../jobs/queue-job.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { draftSession, type OpenedSession, type OpenSessionDeps } from '../sessions/open-session.ts'
import { endSession } from '../sessions/queries.ts'
import { type MembershipPairs, toMemberships } from '../sessions/principals.ts'
import { scopesOfTarget, type Target, targetById, unchanged } from './queries.ts'
import { DEFAULT_SECONDS, type Impersonate } from './schema.ts'

type ImpersonateDeps = OpenSessionDeps & QueueJobDeps & Pick<Deps, 'principals'>

/**
 * Opens a session of a user for an administrator, who gives a reason. It ends after `ttlSeconds`, one hour at most. It is
 * never fresh, so nothing in it can take over the account. Its tokens, its events and `GET /v1/me` name the administrator
 * (RFC 8693 §4.1). It also ends when the administrator is disabled, deleted, or loses the permission.
 *
 * Refused for oneself, for a user who has every permission of the administrator in the instance, and for a user who has
 * a permission that the administrator lacks, in the instance or in an organisation, by a role or by a rule. If the roles
 * of the user change meanwhile, nothing is written. If they change later, the session ends (`sessions/principals.ts`).
 *
 * Three round trips with the principal: the rights of both decide before anything is written. A fourth one reads the
 * organisations of a user who has more than ten, for an administrator without the role `admin`.
 *
 * Throws `user.not_found`, `user.impersonation_refused`, `auth.fresh_session_required`.
 */
export async function impersonate(
  deps: ImpersonateDeps,
  cause: Cause,
  caller: Actor,
  userId: string,
  { reason, ttlSeconds = DEFAULT_SECONDS, kind }: Pick<Impersonate, 'reason' | 'ttlSeconds'> & { kind: SessionKind },
): Promise<OpenedSession> {
  // No client of OAuth: a session has no scopes, so it would reach more than the person allowed.
  const actor = personBehind(cause, caller)
  if (!isSession(actor)) throw problem('auth.fresh_session_required') // the operator of the machine is no person
  const { db, clock } = deps
  const wanted = scopesOfTarget(userId)
  const [[target], ...rows] = await readTogether(db, [targetById(db, userId), ...scopeRows(db, wanted)])
  if (target === undefined) throw problem('user.not_found')
  const { user } = target
  if (user.id === actor.id || user.status !== 'active')
    throw refused({
      actor,
      ...requires('resource.status', 'active', user.status),
      ...(user.id === actor.id && oneself),
    })
  const memberships = toMemberships(JSON.parse(target.memberships) as MembershipPairs)
  const scopes = await scopesById(deps, [INSTANCE, ...memberships.keys()], await scopesOf(wanted, rows))
  // The factors that the administrator has shown count, so a user whose role asks for a second factor can be helped.
  const amr = actor.amr ?? []
  const inPlace = principalInPlace(actor, target, memberships, amr)
  if (!outranks(actor, inPlace, scopes)) throw refused(outranked(actor, inPlace, scopes))
  if (gainsByRules(actor, inPlace, scopes))
    throw refused({ actor, facts: [{ path: 'resource.attributes' }], change: null })

  const draft = await draftSession(
    deps,
    { kind, cause, authenticatedAt: 0 },
    { by: actor.id, reason, ttlMs: ttlSeconds * 1000 },
  )
  const { sessionId } = draft.opened
  const impersonated = newEvent(deps, cause, 'session.impersonated', {
    userId,
    sessionId,
    data: { reason, ttlSeconds },
  })
  const own = recorded(
    endSession(db, actor.sessionId, clock.now(), happened(impersonated)),
    newEvent(deps, cause, 'session.ended', { userId: actor.id, sessionId: actor.sessionId }),
  )
  const notice = { userId, eventId: impersonated.id, cause, content: noticeAt(clock.now()) }
  const { opened } = await commit(deps, {
    opened: recorded(draft.insert({ userId, amr, condition: unchanged(target) }), impersonated),
    following: draft.following,
    // The browser forgets its cookie for the new one. A session that nobody can end any more must not live on.
    own: kind === 'cookie' && actor.sessionKind === 'cookie' ? own : undefined,
    notice:
      deps.config.variables.IMPERSONATION_NOTICE === 'mail'
        ? await queueMail(deps, notice, happened(impersonated))
        : undefined,
  })
  if (opened.length === 0) throw refused({ actor }) // the roles of the user changed meanwhile
  return { ...draft.opened, amr, user }
}

const noticeAt = (at: number) => ({ template: 'impersonated', data: { at } }) as const

const refused = (denied: Denied): Problem => problem('user.impersonation_refused', { denied })
const oneself = { facts: [{ path: 'resource.id' }], change: null } as const

/** The first permission that the actor lacks, for the refusal; without one, that both have the same. */
function outranked(actor: Actor, user: Actor, scopes: ReadonlyMap<string, Scope>): Denied {
  const instance = instanceIn(scopes)
  for (const [id, roles] of [[INSTANCE, user.roles] as const, ...user.memberships]) {
    const scope = scopes.get(id)
    const org = id === INSTANCE ? undefined : scope
    for (const permission of scope === undefined ? [] : permissionsOfRoles(scope.policies, roles))
      if (!isAllowed(actor, permission, instance, org)) return lacking(actor, permission, instance, org)
  }
  return { actor, facts: [{ path: 'resource.roles' }], change: null }
}

/** The principal of the session, as the rules will see it. */
const principalInPlace = (
  { id }: Actor,
  { user, hasFactor, anonymous }: Target,
  memberships: Memberships,
  amr: readonly string[],
): SessionPrincipal => ({
  kind: 'session',
  id,
  sessionId: '',
  orgId: null,
  actingFor: null,
  roles: user.roles,
  memberships,
  scopes: null,
  limiterKey: user.id,
  sessionKind: 'token',
  authenticatedAt: 0,
  expiresAt: 0,
  lastSeenAt: 0,
  graceEndsAt: null,
  amr,
  mfaRequired: false,
  mfaMissing: false,
  hasFactor,
  anonymous,
  impersonatorId: id,
  user,
})
