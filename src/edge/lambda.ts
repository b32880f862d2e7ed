/**
 * Entry for AWS Lambda behind an API Gateway HTTP API or a function URL (payload 2.0). Events of an EventBridge schedule
 * run the jobs; their report is the result.
 */
import { type AwsLambdaEvent, handleLambdaEvent } from 'srvx/aws-lambda'
import { type JobReport, runJobs } from '../jobs.ts'
import { edgeFunction } from './function.ts'

type Context = Parameters<typeof handleLambdaEvent>[2]
type Result = Awaited<ReturnType<typeof handleLambdaEvent>>

/** As EventBridge rules and EventBridge Scheduler send it by default. */
interface ScheduledEvent {
  source: 'aws.events' | 'aws.scheduler'
}

// `ip` is the source address that API Gateway saw: no header decides it.
const { fetch, deps } = edgeFunction((request: Request & { ip?: string }) => request.ip)

export async function handler(event: AwsLambdaEvent | ScheduledEvent, context: Context): Promise<Result | JobReport> {
  if (!isScheduled(event)) return handleLambdaEvent(fetch, event, context)
  if (deps === undefined) throw new Error('the environment is not valid: send a request, and read the log')
  return runJobs(deps)
}

const isScheduled = (event: AwsLambdaEvent | ScheduledEvent): event is ScheduledEvent =>
  'source' in event && (event.source === 'aws.events' || event.source === 'aws.scheduler')
