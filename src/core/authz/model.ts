/**
 * The words of authorization: what is in force, what is asked, what was decided and which one change would allow it.
 * `docs/authorization.md` has the order in which a decision is made.
 */

/** JSON values. Other values, keys of prototypes included, cannot be reached from a condition. */
export type Attributes = Readonly<Record<string, unknown>>

export type Effect = 'allow' | 'deny'

export interface RoleDefinition {
  readonly name: string
  readonly permissions: readonly string[]
  /** A role of the same scope whose own permissions this one has too. One level: what that role inherits is not passed on. */
  readonly inherits: string | null
  readonly builtIn: boolean
}

export interface Rule {
  readonly id: string
  readonly name: string
  readonly effect: Effect
  readonly permissions: readonly string[]
  /** Null: resources of every type. */
  readonly resourceType: string | null
  /** CEL over `actor`, `resource` and `context`. */
  readonly condition: string
}

/** A field of one of the three variables, or a field below it. The path of `resource.owner.id` has the keys `owner`, `id`. */
export interface Field {
  readonly root: 'actor' | 'resource' | 'context'
  readonly keys: readonly string[]
  /** As it is written in a condition. */
  readonly path: string
}

/** Why a condition is neither true nor false. */
export type Failure = { readonly reason: 'missing'; readonly missing: string } | { readonly reason: 'error' }

/** A condition that was checked and parsed once. `condition.ts` makes it. */
export interface Condition {
  /** The fields that it names, each once, in the order of the text. */
  readonly fields: readonly Field[]
  readonly evaluate: (question: Question) => boolean | Failure
  /** The literals in it as JSON values, each once: scalars, and lists of scalars. `explain` tries them. */
  readonly literals: readonly unknown[]
  /** What one evaluation takes at most, with the lists of this question. A step takes 50 ns at most. */
  readonly stepsFor: (question: Question) => number
}

export interface CompiledRule extends Rule {
  /** Null if the condition could not be compiled: to evaluate it is an error, so a deny rule denies. */
  readonly compiled: Condition | null
}

/** What is in force in one scope: the instance (`orgId` null) or one organisation. Immutable; made by `compilePolicySet`. */
export interface PolicySet {
  readonly orgId: string | null
  readonly roles: readonly RoleDefinition[]
  readonly rules: readonly CompiledRule[]
  /** By the name of the role: its own permissions and those it inherits. */
  readonly permissionsByRole: ReadonlyMap<string, ReadonlySet<string>>
  /** By permission, in the order of `rules`. */
  readonly denyRules: ReadonlyMap<string, readonly CompiledRule[]>
  readonly allowRules: ReadonlyMap<string, readonly CompiledRule[]>
}

export interface QuestionActor {
  readonly type: string
  readonly id: string
  readonly instanceRoles: readonly string[]
  /** Null: no member of the organisation that is asked about. */
  readonly orgRoles: readonly string[] | null
  /** What an API key or a client is limited to. Null: not limited. */
  readonly scopes: ReadonlySet<string> | null
  /** The organisation in which alone an API key or a client works. Absent: not limited. */
  readonly limitedTo?: string
  readonly attributes: Attributes
}

export interface QuestionResource {
  readonly type: string
  readonly id: string | null
  readonly attributes: Attributes
}

export interface Question {
  readonly actor: QuestionActor
  readonly permission: string
  readonly resource: QuestionResource
  readonly context: Attributes
}

/** What is known of a request besides its actor. */
export interface Circumstances {
  /** `context` of the question: `time`, `ip`, `userAgent`, `requestId`, `method`. */
  context: Attributes
  /** The id of what the request is about, if its path names one. */
  resourceId: string | null
}

/** A value that the deciding condition names, such as `actor.emailVerified`. `value` is absent if the field is missing. */
export interface Fact {
  readonly path: string
  readonly value?: unknown
}

export type DecidedBy =
  | { readonly kind: 'role'; readonly role: string; readonly orgId: string | null; readonly permission: string }
  | {
      readonly kind: 'policy'
      readonly id: string
      readonly name: string
      readonly effect: Effect
      /** Absent: the condition is true. `missing`: it reads a field that is not there. `error`: it could not be evaluated. */
      readonly reason?: 'missing' | 'error'
      /** With `missing`: the path of the field, such as `resource.owner`. */
      readonly missing?: string
    }
  | { readonly kind: 'scope'; readonly permission: string }
  | { readonly kind: 'default' }

export interface Decision {
  readonly allowed: boolean
  readonly decidedBy: DecidedBy
  /** What the deciding rule read. Empty unless a rule decided. */
  readonly facts: readonly Fact[]
}

/** One change after which the same question is allowed. */
export type Change =
  | { readonly kind: 'attribute'; readonly path: string; readonly value: unknown }
  | { readonly kind: 'role'; readonly role: string; readonly orgId: string | null }
  | { readonly kind: 'permission'; readonly permission: string; readonly role: string; readonly orgId: string | null }
  | { readonly kind: 'permission'; readonly permission: string; readonly of: 'api-key' | 'client' }
  | { readonly kind: 'membership'; readonly orgId: string; readonly role: string }

export interface Explanation extends Decision {
  /** Null: it is allowed already, or no single change was found that would allow it. */
  readonly change: Change | null
}
