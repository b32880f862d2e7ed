/** AuthZEN §6 and §7: one decision, and up to a hundred. */
import { decisionLog, personBehind, storedQuestion } from '../../core/authz/decision-log.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { judge, type Judged, withoutHidden } from '../authz/judge.ts'
import type { Evaluation } from '../authz/schema.ts'
import type { Decision, EvaluationsRequest, Semantic } from './schema.ts'

/** Throws `auth.forbidden` for a question about somebody else without `authz:evaluate`. One round trip at most. */
export async function evaluate(deps: Deps, caller: Actor, evaluation: Evaluation): Promise<Decision> {
  const [judged] = await judge(deps, caller, [evaluation], 'authz:evaluate')
  if (judged === undefined) throw new Error('one question has one decision')
  return recordedDecision(deps, caller, judged)
}

/** The decisions in the order of the evaluations. One round trip at most. Throws `access.request_invalid`, `auth.forbidden`. */
export async function evaluateAll(
  deps: Deps,
  caller: Actor,
  { evaluations = [], options = {}, ...defaults }: EvaluationsRequest,
): Promise<Decision | { evaluations: Decision[] }> {
  if (evaluations.length === 0) return evaluate(deps, caller, complete({}, defaults, ''))
  const asked = evaluations.map((part, index) => complete(part, defaults, `/evaluations/${index}`))
  const judged = await judge(deps, caller, asked, 'authz:evaluate')
  const answered = upToTheEnd(judged, options.evaluations_semantic ?? 'execute_all')
  return { evaluations: answered.map((one) => recordedDecision(deps, caller, one)) }
}

type Part = Omit<EvaluationsRequest, 'evaluations' | 'options'>

/** A field of the evaluation replaces the whole field of the request (§7.1.1). */
function complete(part: Part, defaults: Part, path: string): Evaluation {
  const { subject, action, resource, context } = { ...defaults, ...part }
  if (subject !== undefined && action !== undefined && resource !== undefined)
    return { subject, action, resource, ...(context === undefined ? {} : { context }) }
  const missing = Object.entries({ subject, action, resource }).filter(([, value]) => value === undefined)
  throw problem('access.request_invalid', {
    errors: missing.map(([name]) => ({ path: `${path}/${name}`, message: 'Expected object' })),
  })
}

/** Cut behind the decision at which the semantic stops (§7.1.2.1). */
function upToTheEnd(judged: readonly Judged[], semantic: Semantic): readonly Judged[] {
  if (semantic === 'execute_all') return judged
  const end = judged.findIndex(({ decision }) => decision.allowed === (semantic === 'permit_on_first_permit'))
  return end === -1 ? judged : judged.slice(0, end + 1)
}

/** The subject and the caller can have the decision explained. */
function recordedDecision(
  deps: Deps,
  caller: Actor,
  { question, decision, instance, org, known, hidden }: Judged,
): Decision {
  const { allowed, decidedBy, facts } = decision
  const { id } = question.actor
  const inForce = { instance: instance.policies, org: org?.policies ?? null }
  const decisionId = decisionLog(deps).record({
    actorId: known ? id : null,
    ownerId: id === caller.id ? personBehind(caller) : caller.id,
    orgId: org?.id ?? null,
    record: {
      decision: allowed,
      decidedBy,
      facts,
      // Of an organisation that is not there, or that is hidden, no change is searched.
      ...(known && !hidden ? { question: storedQuestion({ question, ...inForce }) } : { change: null }),
    },
  })
  const { decidedBy: by } = hidden ? withoutHidden(decision, instance) : decision
  return { decision: allowed, context: { decisionId, ...(allowed ? {} : { reason: by.kind }) } }
}
