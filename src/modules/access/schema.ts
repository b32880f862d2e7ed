/** The requests and answers of AuthZEN, Authorization API 1.0. Unknown fields are ignored (§10.1.1). */
import { type Static, type TProperties, Type } from '@sinclair/typebox'
import { Action, Context, Evaluation, OPEN, Resource, ResourceType, Subject, SubjectType } from '../authz/schema.ts'
import { INVALID } from './invalid.ts'

export const EvaluationRequest = Type.Object(Evaluation.properties, { title: 'EvaluationRequest', ...INVALID, ...OPEN })

export const MAX_EVALUATIONS = 100
const part = {
  subject: Type.Optional(Subject),
  action: Type.Optional(Action),
  resource: Type.Optional(Resource),
  context: Type.Optional(Context),
}
export const semantics = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const
export type Semantic = (typeof semantics)[number]

/** §7.1 */
export const EvaluationsRequest = Type.Object(
  {
    ...part,
    evaluations: Type.Optional(
      Type.Array(Type.Object(part, OPEN), {
        maxItems: MAX_EVALUATIONS,
        description:
          'Fields that an evaluation lacks are those of the request. Absent or empty: the request is one evaluation.',
      }),
    ),
    options: Type.Optional(
      Type.Object(
        {
          evaluations_semantic: Type.Optional(
            Type.Union(
              semantics.map((semantic) => Type.Literal(semantic)),
              { description: 'Where to stop. Default: execute_all.', examples: ['deny_on_first_deny'] },
            ),
          ),
        },
        OPEN,
      ),
    ),
  },
  { title: 'EvaluationsRequest', ...INVALID, ...OPEN },
)
export type EvaluationsRequest = Static<typeof EvaluationsRequest>

/** §5.5 */
export const Decision = Type.Object(
  {
    decision: Type.Boolean({ examples: [false] }),
    context: Type.Object({
      decisionId: Type.String({
        description: 'For POST /v1/authz/explain.',
        examples: ['dec_0190163d8f1a7c3e9b2d4f6a8c0e2b4d'],
      }),
      reason: Type.Optional(
        Type.String({
          description: 'Of a denial: what decided, as decidedBy.kind of the explanation.',
          examples: ['default'],
        }),
      ),
    }),
  },
  { title: 'Decision' },
)
export type Decision = Static<typeof Decision>

export const Evaluations = Type.Object({ evaluations: Type.Array(Decision) }, { title: 'Evaluations' })
export const DecisionOrEvaluations = Type.Union([Decision, Evaluations])

/** §8.2.1 */
const Page = Type.Object(
  {
    token: Type.Optional(
      Type.String({
        maxLength: 1024,
        description: 'next_token of the page before.',
        examples: ['WyJmIiwidXNyXzAxOTAiXQ'],
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 0, description: 'Default and maximum: 100.', examples: [100] })),
    properties: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  OPEN,
)
export type Page = Static<typeof Page>

const search = <T extends TProperties>(properties: T, title: string) =>
  Type.Object(
    { ...properties, context: Type.Optional(Context), page: Type.Optional(Page) },
    { title, ...INVALID, ...OPEN },
  )
/** Without the id, which is ignored. */
const SubjectOfType = Type.Object({ type: SubjectType, properties: Subject.properties.properties }, OPEN)
const ResourceOfType = Type.Object({ type: ResourceType, properties: Resource.properties.properties }, OPEN)

export const SubjectSearch = search({ subject: SubjectOfType, action: Action, resource: Resource }, 'SubjectSearch')
export type SubjectSearch = Static<typeof SubjectSearch>
export const ResourceSearch = search({ subject: Subject, action: Action, resource: ResourceOfType }, 'ResourceSearch')
export type ResourceSearch = Static<typeof ResourceSearch>
export const ActionSearch = search({ subject: Subject, resource: Resource }, 'ActionSearch')
export type ActionSearch = Static<typeof ActionSearch>

/** §8.3 */
const results = <T extends TProperties>(item: T, title: string) =>
  Type.Object(
    {
      page: Type.Object({
        next_token: Type.String({ description: 'Empty: there are no more results.', examples: [''] }),
        count: Type.Integer({ description: 'The number of results in this answer.' }),
      }),
      results: Type.Array(Type.Object(item)),
    },
    { title },
  )
export const EntityResults = results(
  {
    type: Type.String({ examples: ['user'] }),
    id: Type.String({ examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
  },
  'EntityResults',
)
export type EntityResults = Static<typeof EntityResults>
export const ActionResults = results({ name: Type.String({ examples: ['invoices:approve'] }) }, 'ActionResults')
export type ActionResults = Static<typeof ActionResults>

const url = (path: string) => Type.String({ format: 'uri', examples: [`https://id.example.com${path}`] })
/** §9.1 */
export const Configuration = Type.Object(
  {
    policy_decision_point: url(''),
    access_evaluation_endpoint: url('/access/v1/evaluation'),
    access_evaluations_endpoint: url('/access/v1/evaluations'),
    search_subject_endpoint: url('/access/v1/search/subject'),
    search_resource_endpoint: url('/access/v1/search/resource'),
    search_action_endpoint: url('/access/v1/search/action'),
  },
  { title: 'AuthZenConfiguration' },
)
