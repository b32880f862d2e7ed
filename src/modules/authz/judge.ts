/** Answers questions in the form of AuthZEN, with the evaluator of our own routes. */
import { isAllowed } from '../../core/authz/authorize.ts'
import { forbidden } from '../../core/authz/forbidden.ts'
import { instanceIn, readWithScopes, scopesById } from '../../core/authz/load-scopes.ts'
import type { RefusedBy } from '../../core/authz/denied.ts'
import type { Attributes, Decision, Question } from '../../core/authz/model.ts'
import { INSTANCE, type Scope } from '../../core/authz/scope.ts'
import { typeOfActor } from '../../core/authz/question.ts'
import { assertMeets } from '../../core/authz/unmet-in-org.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { iso } from '../../lib/iso-time.ts'
import { createMeter } from './cost.ts'
import type { Evaluation } from './schema.ts'
import { serviceAccountSubjects, userSubjects } from './subject-queries.ts'
import {
  callerSubject,
  type KnownSubject,
  questionActor,
  serviceAccountSubject,
  unknownSubject,
  userSubject,
} from './subjects.ts'

export type JudgeDeps = Pick<Deps, 'db' | 'principals' | 'clock' | 'limiter'>
/** The permission to ask about somebody else. */
export type Entitlement = 'authz:evaluate' | 'authz:explain'

export interface Judged {
  question: Question
  decision: Decision
  instance: Scope
  /** The organisation that the question is about, if it exists. */
  org: Scope | undefined
  /** Whether the server knows the subject. If not, the decision is false and no change allows it. */
  known: boolean
  /** The question names an organisation that the caller may not see. They must not learn whether it exists, nor its rules. */
  hidden: boolean
}

/** The scopes and subjects of questions. */
interface Read {
  scopes: ReadonlyMap<string, Scope>
  subjects: ReadonlyMap<string, KnownSubject>
}

const ORG_ID = /^org_[0-9a-f]{32}$/

/** The organisation of a question: `orgId` of the resource, the resource itself, or `orgId` of the context. */
export function orgIdOf(
  resource: { type: string; id?: string; properties?: Attributes },
  context?: Attributes,
): string | null {
  const named = resource.properties?.orgId ?? (resource.type === 'org' ? resource.id : undefined) ?? context?.orgId
  return typeof named === 'string' && ORG_ID.test(named) ? named : null
}

/**
 * Decides the evaluations in their order, all with at most one round trip. Everybody may ask about themselves. To ask about
 * somebody else needs the permission `entitlement` in the instance, or in the organisation of the question: then only the
 * members of that organisation are known. Throws `auth.forbidden`, `decision.too_expensive`.
 */
export async function judge(
  deps: JudgeDeps,
  caller: Actor,
  evaluations: readonly Evaluation[],
  entitlement: Entitlement,
): Promise<Judged[]> {
  const others = evaluations.filter(({ subject }) => !isCaller(caller, subject))
  const orgIds = distinct(evaluations.map(({ resource, context }) => orgIdOf(resource, context)))
  const { scopes, subjects } = await read(
    deps,
    orgIds,
    others.map(({ subject }) => subject),
  )
  const instance = instanceIn(scopes)
  const everywhere = isAllowed(caller, entitlement, instance)
  const now = iso(deps.clock.now())
  const meter = createMeter(deps, caller)
  const judgeOne = (evaluation: Evaluation): Judged => {
    const orgId = orgIdOf(evaluation.resource, evaluation.context)
    const org = orgId === null ? undefined : living(scopes.get(orgId))
    const isMember = org !== undefined && caller.memberships.has(org.id)
    const own = isCaller(caller, evaluation.subject)
    if (!own && !everywhere)
      requireEntitled(caller, entitlement, instance, isMember ? org : undefined, deps.clock.now())
    const found = own ? callerSubject(caller) : subjects.get(keyOf(evaluation.subject))
    if (meter.isSpent()) throw problem('decision.too_expensive')
    const subject = own || everywhere || (org !== undefined && found?.memberships.has(org.id)) ? found : undefined
    const question = questionAbout(
      subject ?? unknownSubject(evaluation.subject.type, evaluation.subject.id),
      evaluation,
      org,
      now,
    )
    const decision = subject === undefined ? nobody : meter.decide(question, instance.policies, org?.policies ?? null)
    return {
      question,
      decision,
      instance,
      org,
      known: subject !== undefined,
      hidden: orgId !== null && !isMember && !everywhere,
    }
  }
  try {
    return evaluations.map(judgeOne)
  } finally {
    meter.charge()
  }
}

/** The decision as somebody may see it from whom an organisation is hidden: without rules and roles that are not of the instance. */
export function withoutHidden<Shown extends Pick<Judged['decision'], 'facts'> & { decidedBy: RefusedBy }>(
  shown: Shown,
  instance: Scope,
): Shown {
  const { decidedBy } = shown
  const isForeign =
    (decidedBy.kind === 'policy' && !instance.policies.rules.some(({ id }) => id === decidedBy.id)) ||
    (decidedBy.kind === 'role' && decidedBy.orgId !== null)
  return isForeign ? { ...shown, decidedBy: { kind: 'default' }, facts: [] } : shown
}

const nobody: Decision = { allowed: false, decidedBy: { kind: 'default' }, facts: [] }

export function requireEntitled(
  caller: Actor,
  entitlement: Entitlement,
  instance: Scope,
  org: Scope | undefined,
  now: number,
): void {
  if (org === undefined || !isAllowed(caller, entitlement, instance, org))
    throw forbidden(caller, entitlement, instance, org, MAY_NOT_ASK)
  assertMeets(caller, org, now)
}

const MAY_NOT_ASK = 'To ask about somebody else, you need authz:evaluate, or authz:explain for an explanation.'

interface AskedAbout {
  subject?: { properties?: Attributes }
  action: { name: string; properties?: Attributes }
  resource: { type: string; id?: string; properties?: Attributes }
  context?: Attributes | undefined
}

export function questionAbout(
  subject: KnownSubject,
  { subject: named, action, resource, context }: AskedAbout,
  org: Scope | undefined,
  now: string,
): Question {
  const { type, id = null, properties = {} } = resource
  return {
    actor: questionActor(subject, org?.id ?? null, named?.properties),
    permission: action.name,
    resource: { type, id, attributes: org === undefined ? properties : { ...properties, orgId: org.id } },
    context: { time: now, ...(action.properties === undefined ? {} : { action: action.properties }), ...context },
  }
}

export const isCaller = (caller: Actor, { type, id }: { type: string; id: string }): boolean =>
  id === caller.id && type === typeOfActor(caller)

/** A deleted organisation has no effect. */
export const living = (scope: Scope | undefined): Scope | undefined =>
  scope?.org?.deletedAt === null ? scope : undefined

const keyOf = ({ type, id }: { type: string; id: string }): string => `${type} ${id}`

const distinct = (ids: readonly (string | null)[]): string[] => [...new Set(ids.filter((id) => id !== null))]

/** The scope of the instance, those of these organisations and these subjects. One round trip, or none. */
async function read(
  deps: JudgeDeps,
  orgIds: readonly string[],
  wanted: readonly { type: string; id: string }[],
): Promise<Read> {
  const { db } = deps
  const ids = [INSTANCE, ...orgIds]
  const ofType = (asked: string) => distinct(wanted.map(({ type, id }) => (type === asked ? id : null)))
  const [userIds, accountIds] = [ofType('user'), ofType('service_account')]
  const subjects = new Map<string, KnownSubject>()
  if (userIds.length === 0 && accountIds.length === 0) return { scopes: await scopesById(deps, ids), subjects }
  const { rows, scopes } = await readWithScopes(deps, ids, [
    userSubjects(db, userIds, orgIds),
    serviceAccountSubjects(db, accountIds),
  ])
  const [users, accounts] = rows
  for (const subject of [...users.map(userSubject), ...accounts.map(serviceAccountSubject)])
    subjects.set(keyOf(subject), subject)
  return { scopes, subjects }
}
