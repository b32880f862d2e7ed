/** The information model of AuthZEN (Authorization API 1.0 §5), and the explanation of a decision. */
import { type Static, Type } from '@sinclair/typebox'

/** AuthZEN §10.1.1: unknown fields are ignored. The framework would refuse them. */
export const OPEN = { additionalProperties: true }

const Properties = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Attributes by name. What the server knows itself takes precedence.',
})

export const SubjectType = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'user, service_account, or the type of the caller. The decision for any other type is false.',
  examples: ['user'],
})
export const ResourceType = Type.String({ minLength: 1, maxLength: 64, examples: ['invoice'] })
const Id = Type.String({ minLength: 1, maxLength: 256 })

export const Subject = Type.Object(
  {
    type: SubjectType,
    id: Type.String({ ...Id, description: 'Our id.', examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
    properties: Type.Optional(Properties),
  },
  { title: 'Subject', ...OPEN },
)
export const Action = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 128, description: 'A permission.', examples: ['invoices:approve'] }),
    properties: Type.Optional(Properties),
  },
  { title: 'Action', ...OPEN },
)
export const Resource = Type.Object(
  {
    type: ResourceType,
    id: Type.String({ ...Id, examples: ['inv-2041'] }),
    properties: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Attributes by name. orgId names the organisation to which the resource belongs.',
        examples: [{ orgId: 'org_0190a5e0c5f87d3cb3a4c1f2e5d60718', amount: 120 }],
      }),
    ),
  },
  { title: 'Resource', ...OPEN },
)
export const Context = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Attributes of the environment. time is now if it is absent. orgId works as in the resource.',
})

const evaluation = { subject: Subject, action: Action, resource: Resource, context: Type.Optional(Context) }

/** AuthZEN §6.1. */
export const Evaluation = Type.Object(evaluation, { title: 'Evaluation', ...OPEN })
export type Evaluation = Static<typeof Evaluation>

export const Explain = Type.Union(
  [
    Type.Object(
      { decisionId: Type.String({ maxLength: 64, examples: ['dec_0190163d8f1a7c3e9b2d4f6a8c0e2b4d'] }) },
      { additionalProperties: false, title: 'ExplainDecision' },
    ),
    Type.Object(evaluation, { additionalProperties: false, title: 'ExplainEvaluation' }),
  ],
  { title: 'Explain' },
)
export type Explain = Static<typeof Explain>

const orNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description, examples: [null] })

const PermissionName = Type.String({ examples: ['invoices:approve'] })
const POLICY = 'pol_0190a5e0c5f87d3cb3a4c1f2e5d60718'

const DecidedBy = Type.Object(
  {
    kind: Type.String({
      enum: ['role', 'policy', 'scope', 'requirement', 'default'],
      description:
        'role: a role has the permission. policy: a rule decided. scope: the API key lacks the scope. requirement: the route or the organisation requires something else, see code. default: nothing allows it.',
    }),
    role: Type.Optional(Type.String({ examples: ['admin'] })),
    orgId: Type.Optional(orNull('The organisation of the role; null: the instance.')),
    permission: Type.Optional(PermissionName),
    id: Type.Optional(Type.String({ description: 'The id of the rule.', examples: [POLICY] })),
    name: Type.Optional(Type.String({ description: 'The name of the rule.', examples: ['Small invoices'] })),
    effect: Type.Optional(Type.String({ enum: ['allow', 'deny'] })),
    reason: Type.Optional(
      Type.String({
        enum: ['missing', 'error'],
        description: 'missing: the condition reads a field that is not there. error: it could not be evaluated.',
      }),
    ),
    missing: Type.Optional(
      Type.String({ description: 'The path of the missing field.', examples: ['resource.amount'] }),
    ),
    code: Type.Optional(
      Type.String({ description: 'The code of the error, see /docs/errors.', examples: ['mfa.enrolment_required'] }),
    ),
  },
  { title: 'DecidedBy' },
)

const Change = Type.Object(
  {
    kind: Type.String({ enum: ['role', 'permission', 'attribute', 'membership'] }),
    path: Type.Optional(
      Type.String({ description: 'attribute: its path, such as actor.mfa.', examples: ['resource.amount'] }),
    ),
    value: Type.Optional(Type.Unknown({ description: 'attribute: a value that would allow it.', examples: [100] })),
    role: Type.Optional(
      Type.String({ description: 'The role to give, or the role to give the permission to.', examples: ['admin'] }),
    ),
    orgId: Type.Optional(orNull('The organisation of the role or membership; null: the instance.')),
    permission: Type.Optional(PermissionName),
    of: Type.Optional(
      Type.String({
        enum: ['api-key', 'client'],
        description: 'permission: the scopes of the API key, or those of the access token of the client.',
      }),
    ),
  },
  { title: 'Change' },
)

export const Explanation = Type.Object(
  {
    decision: Type.Boolean(),
    decidedBy: DecidedBy,
    facts: Type.Array(
      Type.Object({
        path: Type.String({ examples: ['resource.amount'] }),
        value: Type.Optional(Type.Unknown({ description: 'Absent: the field is missing.', examples: [120] })),
      }),
      { description: 'The values that the deciding rule or requirement read.' },
    ),
    change: Type.Union([Change, Type.Null()], {
      description: 'One change after which it is allowed. null: it is allowed, or no single change is known.',
    }),
  },
  { title: 'Explanation' },
)
