/** The queue, for administrators: what waits, what was given up, and another chance for it. */
import { Elysia, t } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures } from '../../http/responses.ts'
import { Job, JobPage, JobParams, ListJobs, toJob } from './schema.ts'
import { discardJob, pageOfJobs, retryJob } from './service.ts'

const tags = ['Jobs']
const headers = t.Object(IdempotencyKeyHeader)

export function adminRoutes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  return new Elysia({ name: 'jobs', prefix: '/v1/jobs', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ query }) => {
        const { items, nextCursor } = await pageOfJobs(deps, query)
        return { items: items.map(toJob), nextCursor }
      },
      {
        requires: 'jobs:read',
        query: ListJobs,
        response: { 200: JobPage, ...failures('request.invalid') },
        detail: {
          tags,
          operationId: 'listJobs',
          summary: 'List queued work, newest first',
          description: 'Such as mails. What a job carries is not shown.',
        },
      },
    )
    .post(
      '/:id/retry',
      async ({ params, set, cause, actor, request }) => {
        const job = await retryJob(deps, cause(actor), params.id, await keyOf({ request, actor, set }))
        return toJob(job)
      },
      {
        requires: 'jobs:write',
        params: JobParams,
        headers,
        response: { 200: Job, ...failures('job.not_found', 'job.finished', 'idempotency.key_reused') },
        detail: {
          tags,
          operationId: 'retryJob',
          summary: 'Retry a job now',
          description: 'A pending or dead job becomes due at once, with all its attempts before it.',
        },
      },
    )
    .post(
      '/:id/discard',
      async ({ params, set, cause, actor, request }) => {
        const job = await discardJob(deps, cause(actor), params.id, await keyOf({ request, actor, set }))
        return toJob(job)
      },
      {
        requires: 'jobs:write',
        params: JobParams,
        headers,
        response: { 200: Job, ...failures('job.not_found', 'job.finished', 'idempotency.key_reused') },
        detail: {
          tags,
          operationId: 'discardJob',
          summary: 'Give a job up for good',
          description: 'What it carried is forgotten. Repeating it changes nothing.',
        },
      },
    )
}
