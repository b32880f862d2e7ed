/** The queue, for administrators: list jobs, retry them, discard them. */
import { Elysia, t } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures } from '../../http/responses.ts'
import { Job, JobPage, JobParams, ListJobs, RetriedJobs, RetryJobs, toJob } from './schema.ts'
import { discardJob, findJob, pageOfJobs, retryJob, retryJobs } from './service.ts'

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
          summary: 'List queued jobs, newest first',
          description: 'A mail is such a job, for example. The content of a job is not shown.',
        },
      },
    )
    .get('/:id', async ({ params: { id } }) => toJob(await findJob(deps, id)), {
      requires: 'jobs:read',
      params: JobParams,
      response: { 200: Job, ...failures('job.not_found') },
      detail: { tags, operationId: 'getJob', summary: 'Read a job' },
    })
    .post(
      '/retry',
      async ({ body: { ids }, cause, actor }) => ({ retried: await retryJobs(deps, cause(actor), ids) }),
      {
        requires: 'jobs:write',
        body: RetryJobs,
        response: { 200: RetriedJobs, ...failures('request.invalid') },
        detail: {
          tags,
          operationId: 'retryJobs',
          summary: 'Retry many jobs now',
          description:
            'At most 100 jobs, in one transaction. Pending and dead jobs become due at once. A repetition does no harm.',
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
          description: 'A pending or dead job becomes due at once, and its attempts are counted from 0 again.',
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
          summary: 'Discard a job',
          description: 'The job is never tried again, and its content is deleted. A repetition changes nothing.',
        },
      },
    )
}
