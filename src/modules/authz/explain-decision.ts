/** Explanations: of a decision of the last day, and of a question. */
import { isAllowed } from '../../core/authz/authorize.ts'
import { decisionById, orgOfDecision } from '../../core/authz/decision-queries.ts'
import { decisionLog, type KnownDecision, questionFrom, type RecordedDecision } from '../../core/authz/decision-log.ts'
import { assertMeets } from '../../core/authz/unmet-in-org.ts'
import type { RefusedBy } from '../../core/authz/denied.ts'
import { explain } from '../../core/authz/explain.ts'
import { readWithScopes, scopesById } from '../../core/authz/load-scopes.ts'
import type { Change, Fact } from '../../core/authz/model.ts'
import { INSTANCE, type Scope } from '../../core/authz/scope.ts'
import { rateLimited } from '../../core/limits/rate-limit-headers.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { judge, type Judged, living, withoutHidden } from './judge.ts'
import type { Evaluation } from './schema.ts'

export interface Explained {
  decision: boolean
  decidedBy: RefusedBy
  facts: Fact[]
  change: Change | null
}

/** Explanations cost more than other requests, so they have a budget of their own. Throws `request.rate_limited`. */
export function takeExplanation({ limiter }: Pick<Deps, 'limiter'>, { limiterKey }: Actor): void {
  const allowance = limiter.takeHere('explain:account', limiterKey)
  if (!allowance.allowed) throw rateLimited(allowance)
}

/** Explains a question. Throws `auth.forbidden` for a question about somebody else without `authz:explain`. */
export async function explainEvaluation(deps: Deps, caller: Actor, evaluation: Evaluation): Promise<Explained> {
  takeExplanation(deps, caller)
  const [judged] = await judge(deps, caller, [evaluation], 'authz:explain')
  if (judged === undefined) throw new Error('one question has one decision')
  return explained(judged)
}

export function explained({ question, decision, instance, org, known, hidden }: Judged): Explained {
  const { allowed, decidedBy, facts } = decision
  if (!known) return { decision: false, decidedBy, facts: [], change: null }
  const change = allowed ? null : explain(question, instance.policies, org?.policies ?? null).change
  return shown({ decision: allowed, decidedBy, facts: [...facts], change }, instance, hidden)
}

/**
 * Explains a decision of the last day to who was refused, to the person for whom they acted, and to holders of
 * `authz:explain` in the instance or in the organisation of the decision. The change is what would allow the same question by the
 * roles and rules of now. One round trip at most. Throws `decision.not_found`.
 */
export async function explainDecision(deps: Deps, caller: Actor, id: string): Promise<Explained> {
  takeExplanation(deps, caller)
  const { found, instance, org } = await readDecision(deps, id)
  if (found === undefined || instance === undefined) throw problem('decision.not_found')
  const isMember = org !== undefined && caller.memberships.has(org.id)
  const everywhere = isAllowed(caller, 'authz:explain', instance)
  const concerned = caller.id === found.actorId || caller.id === found.ownerId
  if (!concerned && !everywhere) {
    if (!isMember || !isAllowed(caller, 'authz:explain', instance, org)) throw problem('decision.not_found')
    assertMeets(caller, org, deps.clock.now())
  }
  const { decision, decidedBy, facts } = found.record
  const change = changeOf(found.record, instance, org)
  const hidden = found.orgId !== null && !isMember && !everywhere
  return shown({ decision, decidedBy, facts: [...facts], change }, instance, hidden)
}

function changeOf({ decision, question, change = null }: RecordedDecision, instance: Scope, org: Scope | undefined) {
  if (decision || question === undefined) return change
  return explain(questionFrom(question), instance.policies, org?.policies ?? null).change
}

/**
 * Without what it says of an organisation that the caller may not see: its rules, also those that were deleted since, its roles,
 * and that it exists. A change would say the last: it is another one where there is no organisation.
 */
function shown(found: Explained, instance: Scope, hidden: boolean): Explained {
  if (!hidden) return found
  const { change } = found
  return { ...withoutHidden(found, instance), change: change !== null && 'of' in change ? change : null }
}

/** From memory, or in one round trip with the scopes that it needs. */
async function readDecision(
  deps: Deps,
  id: string,
): Promise<{ found?: KnownDecision | undefined; instance?: Scope | undefined; org?: Scope | undefined }> {
  const { db, clock } = deps
  const recent = decisionLog(deps).recent(id)
  if (recent !== undefined) {
    const scopes = await scopesById(deps, recent.orgId === null ? [INSTANCE] : [INSTANCE, recent.orgId])
    return { found: recent, instance: scopes.get(INSTANCE), org: living(scopes.get(recent.orgId ?? INSTANCE)) }
  }
  const { rows, scopes } = await readWithScopes(
    deps,
    [INSTANCE],
    [decisionById(db, id, clock.now())],
    orgOfDecision(id),
  )
  const [row] = rows[0]
  const found = row && { ...row, record: row.record as unknown as RecordedDecision } // as `decisionLog` wrote it
  // The organisation is read with the decision, also if it is in memory: its id is not known before.
  return { found, instance: scopes.get(INSTANCE), org: living(scopes.get(row?.orgId ?? INSTANCE)) }
}
