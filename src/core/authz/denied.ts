/** What a refusal with status 403 says of its reason, beside its code. It is not sent: `POST /v1/authz/explain` shows it. */
import type { Actor } from '../../deps.ts'
import type { Change, DecidedBy, Decision, Fact, PolicySet, Question } from './model.ts'

/** `requirement`: what a route or an organisation requires besides permissions, by the code of the refusal. */
export type RefusedBy = DecidedBy | { readonly kind: 'requirement'; readonly code: string }

/** A question, its decision, and what was in force. */
export interface Asked {
  readonly question: Question
  readonly decision: Decision
  readonly instance: PolicySet
  readonly org: PolicySet | null
}

export interface Denied {
  /** Absent: the principal of the request. */
  readonly actor?: Actor
  /** The organisation concerned. */
  readonly orgId?: string | null
  /** The question whose answer was no. */
  readonly asked?: Asked
  /** Without `asked`: what the requirement read, and the one change that meets it. */
  readonly facts?: readonly Fact[]
  readonly change?: Change | null
}

/** A requirement that read an attribute, and that no change of one attribute meets. */
export const reads = (path: string, value?: unknown): Pick<Denied, 'facts' | 'change'> => ({
  facts: [value === undefined ? { path } : { path, value }],
  change: null,
})

/** A requirement that an attribute has another value than it needs. */
export const requires = (path: string, value: unknown, found?: unknown): Pick<Denied, 'facts' | 'change'> => ({
  facts: [found === undefined ? { path } : { path, value: found }],
  change: { kind: 'attribute', path, value },
})
