/** AuthZEN §8: which subjects, which resources, which actions. Each answer is the result of evaluations. */
import { isAllowed } from '../../core/authz/authorize.ts'
import { instanceIn, readWithScopes } from '../../core/authz/load-scopes.ts'
import { INSTANCE, type Scope } from '../../core/authz/scope.ts'
import { orgPermissions, permissions } from '../../core/permissions.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { iso } from '../../lib/iso-time.ts'
import { createMeter } from '../authz/cost.ts'
import { isCaller, living, orgIdOf, questionAbout, requireEntitled } from '../authz/judge.ts'
import {
  anyOrgs,
  anySubjects,
  eitherOf,
  listedOrgs,
  memberSubjects,
  orgIdsIn,
  orgsOfSubject,
  serviceAccountSubjects,
  userSubjects,
} from '../authz/subject-queries.ts'
import {
  callerSubject,
  type KnownSubject,
  type ServiceAccountSubject,
  serviceAccountSubject,
  type UserSubject,
  userSubject,
} from '../authz/subjects.ts'
import { pageOf, resultsAmong } from './pages.ts'
import type { ActionResults, ActionSearch, EntityResults, ResourceSearch, SubjectSearch } from './schema.ts'
import { registeredPermissions } from './search-queries.ts'

type SearchDeps = Pick<Deps, 'db' | 'principals' | 'clock' | 'limiter'>

/** Subjects that one request evaluates. */
export const MAX_CANDIDATES = 1_000
/** Organisations that one request evaluates: the roles and rules of each are read. */
export const MAX_ORGS = 20
const MAX_REGISTERED = 1_000

/**
 * The users who may do this: members of the organisation, or all users without one. Needs `authz:evaluate` in the instance or in the
 * organisation. Throws `auth.forbidden`, `access.search_unsupported`, `access.page_changed`. One round trip.
 */
export async function searchSubjects(
  deps: SearchDeps,
  caller: Actor,
  { page: asked = {}, ...entities }: SubjectSearch,
): Promise<EntityResults> {
  const { subject, action, resource, context } = entities
  if (subject.type !== 'user') throw problem('access.search_unsupported')
  const page = await pageOf(asked, entities)
  const orgId = orgIdOf(resource, context)
  refuseStrangers(deps, caller, orgId)
  const { db } = deps
  const candidates =
    orgId === null ? anySubjects(db, page.after, MAX_CANDIDATES) : memberSubjects(db, orgId, page.after, MAX_CANDIDATES)
  const { rows, scopes } = await readWithScopes(deps, orgId === null ? [INSTANCE] : [INSTANCE, orgId], [candidates])
  const instance = instanceIn(scopes)
  const org = orgId === null ? undefined : living(scopes.get(orgId))
  mustBeEntitled(caller, instance, org, deps.clock.now())
  const [users] = rows
  const found = orgId === null || org !== undefined ? users : []
  const now = iso(deps.clock.now())
  const meter = createMeter(deps, caller)
  return resultsAmong(
    found,
    found.length === MAX_CANDIDATES,
    page,
    ({ id }) => id,
    (user) => {
      if (user.status !== 'active') return undefined
      const question = questionAbout(userSubject(user), { subject, action, resource, context }, org, now)
      return meter.decide(question, instance.policies, org?.policies ?? null).allowed
        ? { type: 'user', id: user.id }
        : undefined
    },
    meter,
  )
}

/**
 * The permissions of a subject for a resource. Everybody may ask about themselves. Throws `auth.forbidden`,
 * `access.page_changed`. One round trip.
 */
export async function searchActions(
  deps: SearchDeps,
  caller: Actor,
  { page: asked = {}, ...entities }: ActionSearch,
): Promise<ActionResults> {
  const { subject, resource, context } = entities
  const page = await pageOf(asked, entities)
  const orgId = orgIdOf(resource, context)
  const { db } = deps
  const { rows, scopes } = await readWithScopes(deps, orgId === null ? [INSTANCE] : [INSTANCE, orgId], [
    ...subjectStatements(db, subject, orgId === null ? [] : [orgId]),
    registeredPermissions(db, MAX_REGISTERED),
  ])
  const [users, accounts, registered] = rows
  const instance = instanceIn(scopes)
  const org = orgId === null ? undefined : living(scopes.get(orgId))
  const known = subjectFor(caller, subject, users, accounts, instance, org, deps.clock.now())
  const names = new Set<string>([...permissions, ...Object.keys(orgPermissions), ...registered.map(({ name }) => name)])
  const candidates = known === undefined ? [] : [...names].filter((name) => name > page.after).sort()
  const now = iso(deps.clock.now())
  const meter = createMeter(deps, caller)
  return resultsAmong(
    candidates,
    false,
    page,
    (name) => name,
    (name) => {
      if (known === undefined) return undefined
      const question = questionAbout(known, { subject, action: { name }, resource, context }, org, now)
      return meter.decide(question, instance.policies, org?.policies ?? null).allowed ? { name } : undefined
    },
    meter,
  )
}

/**
 * The organisations in which a subject may do this: those of the subject, or all if a role or rule of the instance allows it. Other
 * resources are not stored here. Throws `access.search_unsupported`, `auth.forbidden`, `access.page_changed`. One round trip.
 */
export async function searchResources(
  deps: SearchDeps,
  caller: Actor,
  { page: asked = {}, ...entities }: ResourceSearch,
): Promise<EntityResults> {
  const { subject, action, resource, context } = entities
  if (resource.type !== 'org') throw problem('access.search_unsupported')
  const page = await pageOf(asked, entities)
  const { db } = deps
  const own = isCaller(caller, subject)
    ? listedOrgs([...caller.memberships.keys()], page.after, MAX_ORGS)
    : orgsOfSubject(subject.id, page.after, MAX_ORGS)
  const all = anyOrgs(page.after, MAX_ORGS)
  const { rows, scopes } = await readWithScopes(
    deps,
    [INSTANCE],
    [...subjectStatements(db, subject, null), orgIdsIn(db, own), orgIdsIn(db, all)],
    eitherOf(own, all),
  )
  const [users, accounts, ownOrgs, allOrgs] = rows
  const instance = instanceIn(scopes)
  const known = subjectFor(caller, subject, users, accounts, instance, undefined, deps.clock.now())
  const candidates = known !== undefined && mayAllowEverywhere(known, action.name, instance) ? allOrgs : ownOrgs
  const now = iso(deps.clock.now())
  const meter = createMeter(deps, caller)
  return resultsAmong(
    candidates,
    candidates.length === MAX_ORGS,
    page,
    ({ id }) => id,
    ({ id }) => {
      const org = living(scopes.get(id))
      if (known === undefined || org === undefined) return undefined
      const question = questionAbout(known, { subject, action, resource: { ...resource, id }, context }, org, now)
      return meter.decide(question, instance.policies, org.policies).allowed ? { type: 'org', id } : undefined
    },
    meter,
  )
}

/** Whether a role of the subject in the instance has the permission, or a rule of the instance could allow it. */
const mayAllowEverywhere = ({ instanceRoles }: KnownSubject, permission: string, { policies }: Scope): boolean =>
  policies.allowRules.has(permission) ||
  instanceRoles.some((role) => policies.permissionsByRole.get(role)?.has(permission))

interface Named {
  type: string
  id: string
}

const subjectStatements = (db: SearchDeps['db'], { type, id }: Named, orgIds: readonly string[] | null) =>
  [
    userSubjects(db, type === 'user' ? [id] : [], orgIds),
    serviceAccountSubjects(db, type === 'service_account' ? [id] : []),
  ] as const

/**
 * The subject, as far as the caller may ask about it; undefined if nobody is known. Throws `auth.forbidden` if they may ask about
 * nobody else. Who may do so in one organisation alone knows its members alone.
 */
function subjectFor(
  caller: Actor,
  named: Named,
  users: readonly UserSubject[],
  accounts: readonly ServiceAccountSubject[],
  instance: Scope,
  org: Scope | undefined,
  now: number,
): KnownSubject | undefined {
  if (isCaller(caller, named)) return callerSubject(caller)
  const everywhere = mustBeEntitled(caller, instance, org, now)
  const found = [...users.map(userSubject), ...accounts.map(serviceAccountSubject)][0]
  return everywhere || (org !== undefined && found?.memberships.has(org.id)) ? found : undefined
}

/** Throws `auth.forbidden` before a thousand accounts are read for somebody who may ask about none of them. */
function refuseStrangers({ principals, clock }: SearchDeps, caller: Actor, orgId: string | null): void {
  const instance = principals.scope(INSTANCE)
  if (instance === undefined || (orgId !== null && caller.memberships.has(orgId))) return
  mustBeEntitled(caller, instance, undefined, clock.now())
}

/** Whether the caller may ask about everybody. Throws `auth.forbidden` if about nobody in this organisation. */
function mustBeEntitled(caller: Actor, instance: Scope, org: Scope | undefined, now: number): boolean {
  if (isAllowed(caller, 'authz:evaluate', instance)) return true
  requireEntitled(
    caller,
    'authz:evaluate',
    instance,
    org !== undefined && caller.memberships.has(org.id) ? org : undefined,
    now,
  )
  return false
}
