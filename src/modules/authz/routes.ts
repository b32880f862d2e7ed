import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { explainDecision, explainEvaluation } from './explain-decision.ts'
import { Explain, Explanation } from './schema.ts'

export const routes = (deps: Deps) =>
  new Elysia({ name: 'authz', prefix: '/v1/authz', normalize: false })
    .use(access(deps))
    .post(
      '/explain',
      async ({ actor, body }) =>
        'decisionId' in body ? explainDecision(deps, actor, body.decisionId) : explainEvaluation(deps, actor, body),
      {
        requires: 'principal',
        body: Explain,
        response: { 200: Explanation, ...failures('decision.not_found', 'auth.forbidden') },
        detail: {
          tags: ['Authorization'],
          operationId: 'explainDecision',
          summary: 'Explain a decision',
          description:
            'Takes the decisionId of an answer with status 403 or of an AuthZEN decision, for a day, or an evaluation as POST /access/v1/evaluation does. Says what decided, the facts that it read, and one change that would allow it. A question about somebody else, and a decision about somebody else, need authz:explain in the instance or in the organisation.',
        },
      },
    )
