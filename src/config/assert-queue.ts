import { ConfigError } from './config-findings.ts'

/** Throws `ConfigError`. */
export function assertQueue({ JOB_QUEUE, REDIS_URL }: { JOB_QUEUE: string; REDIS_URL?: string | undefined }): void {
  if (JOB_QUEUE === 'bullmq' && REDIS_URL === undefined)
    throw new ConfigError(
      'REDIS_URL',
      'is missing: JOB_QUEUE=bullmq hands jobs over through Redis. Set REDIS_URL, or JOB_QUEUE=table',
    )
}
