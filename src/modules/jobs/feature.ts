import { defineFeature, type LoadedSweep, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'jobs',
  position: 250,
  paths: {
    'GET /v1/jobs': 'jobs:read',
    'GET /v1/jobs/:id': 'jobs:read',
    'POST /v1/jobs/retry': 'jobs:write',
    'POST /v1/jobs/:id/retry': 'jobs:write',
    'POST /v1/jobs/:id/discard': 'jobs:write',
  },
  routes: (): RouteFiles => Promise.all([import('./admin-routes.ts')]),
  tags: {
    Jobs: 'Background jobs, such as mails: list them, retry them, discard them.',
  },
  idPrefixes: ['job'],
  permissions: ['jobs:read', 'jobs:write'],
  events: ['job.retried', 'job.discarded', 'clock.trusted'],
  errors: {
    'job.not_found': {
      status: 404,
      title: 'There is no such job.',
      remedy: 'List the jobs again. A job is deleted some days after it was done.',
    },
    'job.finished': {
      status: 409,
      title: 'This job is done or discarded already.',
      remedy: 'Only pending and dead jobs can be retried or discarded.',
    },
  },
  variables: {
    JOB_QUEUE: {
      oneOf: ['table', 'bullmq'],
      default: 'table',
      description:
        'bullmq: jobs are handed to the workers of all processes through the Redis of REDIS_URL (Bun only). The table of the database stays the source, so no job is lost with Redis.',
    },
  },
  scheduled: {
    'sweep-jobs': {
      pattern: '37 * * * *',
      clock: 'believed',
      sweep: (): LoadedSweep => import('./sweep.ts').then((file) => file.sweep),
    },
  },
})
