import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { iso } from '../../lib/iso-time.ts'

export const jobStates = ['pending', 'done', 'dead', 'discarded'] as const
const [PENDING, DONE, DEAD, DISCARDED] = jobStates

export const JobId = Type.String({ pattern: '^job_[0-9a-f]{32}$', examples: ['job_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })

/** Without the payload: it can contain a one-time token. */
export const Job = Type.Object(
  {
    id: JobId,
    kind: Type.String({ description: 'The kind of work.', examples: ['mail'] }),
    userId: Type.Union([Type.String(), Type.Null()], {
      description: 'The user that the job is for.',
      examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
    }),
    state: Type.Union([Type.Literal(PENDING), Type.Literal(DONE), Type.Literal(DEAD), Type.Literal(DISCARDED)], {
      description:
        'pending: waits or runs. done: finished. dead: failed, will not be tried again unless an administrator retries it. discarded: an administrator cancelled it, or its user was deleted.',
      examples: ['pending'],
    }),
    attempts: Type.Integer({ minimum: 0, description: 'The number of attempts that have begun.', examples: [1] }),
    runAt: Type.String({
      format: 'date-time',
      description: 'When the next attempt of a pending job is due.',
      examples: ['2026-07-09T12:00:10.000Z'],
    }),
    lastError: Type.Union([Type.String(), Type.Null()], {
      description: 'Why the last attempt failed.',
      examples: ['the SMTP server answered 421 to MAIL FROM'],
    }),
    createdAt: Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] }),
    finishedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'When the job became done, dead or discarded.',
      examples: [null],
    }),
  },
  { title: 'Job' },
)
export type Job = Static<typeof Job>

export const JobPage = pageOf(Job, 'JobPage')

export const ListJobs = t.Object(
  {
    ...pageQuery,
    state: t.Optional(t.Union([t.Literal(PENDING), t.Literal(DONE), t.Literal(DEAD), t.Literal(DISCARDED)])),
    kind: t.Optional(t.String({ minLength: 1, maxLength: 64, description: 'The kind of work, such as `mail`.' })),
    userId: t.Optional(t.String({ maxLength: 64, description: 'Only jobs for this user.' })),
  },
  { additionalProperties: false },
)
export type ListJobs = Static<typeof ListJobs>

export const JobParams = t.Object({ id: JobId })

export const RetryJobs = t.Object(
  {
    ids: t.Array(JobId, {
      minItems: 1,
      maxItems: 100,
      uniqueItems: true,
      description: 'The ids of pending or dead jobs.',
    }),
  },
  { additionalProperties: false },
)

export const RetriedJobs = Type.Object(
  { retried: Type.Array(JobId, { description: 'The jobs that are due now. The others have ended, or do not exist.' }) },
  { title: 'RetriedJobs' },
)

type JobFacts = Omit<Job, 'runAt' | 'createdAt' | 'finishedAt'> & {
  runAt: number
  createdAt: number
  finishedAt: number | null
}

export const toJob = ({ runAt, createdAt, finishedAt, ...job }: JobFacts): Job => ({
  ...job,
  runAt: iso(runAt),
  createdAt: iso(createdAt),
  finishedAt: finishedAt === null ? null : iso(finishedAt),
})
