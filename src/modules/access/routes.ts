/** AuthZEN, Authorization API 1.0 (OpenID): the server is a policy decision point for applications. docs/authzen.md. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { bodyUpTo } from '../../http/bodies.ts'
import { failures, stateless } from '../../http/responses.ts'
import { revalidatedJson, sharedCaching } from '../../http/shared-caching.ts'
import { evaluate, evaluateAll } from './evaluate.ts'
import {
  ActionResults,
  ActionSearch,
  Configuration,
  Decision,
  DecisionOrEvaluations,
  EntityResults,
  EvaluationRequest,
  EvaluationsRequest,
  MAX_EVALUATIONS,
  ResourceSearch,
  SubjectSearch,
} from './schema.ts'
import { searchActions, searchResources, searchSubjects } from './search.ts'

const tags = ['Authorization']
const METADATA_CACHING = sharedCaching({ maxAge: 3600, shared: 300, stale: 3600 })
const ANY_ID = /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/

/**
 * §10.1.3: a request identifier is any string. In an error it is ours, as in the body, unless it has the form of ours, such as
 * a UUID.
 */
function sendBack<Answer>({ headers }: Request, set: { headers: Record<string, unknown> }, answer: Answer): Answer {
  const given = headers.get('x-request-id')
  if (given !== null && ANY_ID.test(given)) set.headers['x-request-id'] = given
  return answer
}

export const routes = (deps: Deps) => {
  const { appUrl } = deps.config
  const endpoints = {
    policy_decision_point: appUrl,
    access_evaluation_endpoint: `${appUrl}/access/v1/evaluation`,
    access_evaluations_endpoint: `${appUrl}/access/v1/evaluations`,
    search_subject_endpoint: `${appUrl}/access/v1/search/subject`,
    search_resource_endpoint: `${appUrl}/access/v1/search/resource`,
    search_action_endpoint: `${appUrl}/access/v1/search/action`,
  }
  return new Elysia({ name: 'access-api', normalize: false })
    .use(access(deps))
    .get(
      '/.well-known/authzen-configuration',
      ({ request, set }) => revalidatedJson({ request, set }, endpoints, METADATA_CACHING),
      {
        public: true,
        response: { 200: Configuration },
        detail: {
          tags,
          ...stateless,
          operationId: 'getAuthZenConfiguration',
          summary: 'Describe the policy decision point',
          description: 'The metadata of AuthZEN (Authorization API 1.0 §9).',
        },
      },
    )
    .post(
      '/access/v1/evaluation',
      async ({ actor, body, request, set }) => sendBack(request, set, await evaluate(deps, actor, body)),
      {
        requires: 'principal',
        body: EvaluationRequest,
        response: { 200: Decision, ...failures('access.request_invalid', 'decision.too_expensive', 'auth.forbidden') },
        detail: {
          tags,
          operationId: 'evaluateAccess',
          summary: 'Ask for a decision',
          description:
            'AuthZEN (Authorization API 1.0 §6). Everybody may ask about themselves. To ask about somebody else needs authz:evaluate in the instance, or in the organisation that resource.properties.orgId names: then only its members are known. The decision about an unknown or disabled subject is false.',
        },
      },
    )
    .post(
      '/access/v1/evaluations',
      async ({ actor, body, request, set }) => sendBack(request, set, await evaluateAll(deps, actor, body)),
      {
        requires: 'principal',
        body: EvaluationsRequest,
        response: {
          200: DecisionOrEvaluations,
          ...failures('access.request_invalid', 'decision.too_expensive', 'auth.forbidden'),
        },
        detail: {
          tags,
          ...bodyUpTo({ bytes: 262_144, rows: MAX_EVALUATIONS, valuesPerRow: 60 }),
          operationId: 'evaluateAccesses',
          summary: 'Ask for up to 100 decisions',
          description:
            'AuthZEN (Authorization API 1.0 §7). The decisions are in the order of the evaluations. If the caller may not ask one of the questions, the whole request is refused.',
        },
      },
    )
    .post(
      '/access/v1/search/subject',
      async ({ actor, body, request, set }) => sendBack(request, set, await searchSubjects(deps, actor, body)),
      {
        requires: 'principal',
        body: SubjectSearch,
        response: {
          200: EntityResults,
          ...failures('access.request_invalid', 'access.search_unsupported', 'access.page_changed', 'auth.forbidden'),
        },
        detail: {
          tags,
          operationId: 'searchSubjects',
          summary: 'Search the users who may do this',
          description:
            'AuthZEN (Authorization API 1.0 §8.4). With an organisation: among its members. Without: among all users. A page may have few results, or none, and a next_token: the search goes on there.',
        },
      },
    )
    .post(
      '/access/v1/search/resource',
      async ({ actor, body, request, set }) => sendBack(request, set, await searchResources(deps, actor, body)),
      {
        requires: 'principal',
        body: ResourceSearch,
        response: {
          200: EntityResults,
          ...failures('access.request_invalid', 'access.search_unsupported', 'access.page_changed', 'auth.forbidden'),
        },
        detail: {
          tags,
          operationId: 'searchResources',
          summary: 'Search the organisations in which a subject may do this',
          description:
            'AuthZEN (Authorization API 1.0 §8.5). The server stores no resources of applications, so the type is org. Any other type is an error, and no empty list.',
        },
      },
    )
    .post(
      '/access/v1/search/action',
      async ({ actor, body, request, set }) => sendBack(request, set, await searchActions(deps, actor, body)),
      {
        requires: 'principal',
        body: ActionSearch,
        response: {
          200: ActionResults,
          ...failures('access.request_invalid', 'access.page_changed', 'auth.forbidden'),
        },
        detail: {
          tags,
          operationId: 'searchActions',
          summary: 'Search the permissions of a subject for a resource',
          description: 'AuthZEN (Authorization API 1.0 §8.6). In the order of their names.',
        },
      },
    )
}
