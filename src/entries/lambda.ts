/**
 * Entry for AWS Lambda behind an API Gateway HTTP API or a function URL (payload 2.0). Events of an EventBridge schedule
 * run the jobs; their report is the result.
 */
import { type AwsLambdaEvent, handleLambdaEvent } from 'srvx/aws-lambda'
import type { JobReport } from '../jobs.ts'
import { edgeFunction } from './edge/function.ts'
import { constructible } from './edge/lambda-request.ts'
import { runJobs } from './edge/later.ts'
import { refusal } from './edge/refusal.ts'

type Context = Parameters<typeof handleLambdaEvent>[2]
type Result = Awaited<ReturnType<typeof handleLambdaEvent>>

/** As EventBridge rules and EventBridge Scheduler send it by default. */
interface ScheduledEvent {
  source: 'aws.events' | 'aws.scheduler'
}

// `ip` is the source address that API Gateway saw: no header decides it.
// API Gateway ends a request after 29 s, and gets the answer in one piece.
const { fetch, deps } = edgeFunction((request: Request & { ip?: string }) => request.ip, { maxMs: 20_000, whole: true })

export async function handler(event: AwsLambdaEvent | ScheduledEvent, context: Context): Promise<Result | JobReport> {
  if (!isScheduled(event)) return answer(event, context)
  if (deps === undefined) throw new Error('the environment is not valid: send a request, and read the log')
  return runJobs(deps)
}

/** Every request is answered, also one that no Request can be made of. */
async function answer(event: AwsLambdaEvent, context: Context): Promise<Result> {
  const refuse = (message: string) =>
    handleLambdaEvent(
      () => refusal('request.invalid', { appUrl: deps?.config.appUrl, errors: [{ path: '/', message }] }),
      BLANK_EVENT,
      context,
    )
  const found = constructible(event)
  if ('refused' in found) return refuse(found.refused)
  let isReached = false
  const compressed: { type?: string | null } = {}
  const reach = async (request: Request) => {
    isReached = true
    const response = await fetch(request)
    if (response.headers.has('content-encoding')) {
      // srvx sees by its type whether a body is text, or goes as base64.
      compressed.type = response.headers.get('content-type')
      response.headers.set('content-type', 'application/octet-stream')
    }
    return response
  }
  try {
    const result = await handleLambdaEvent(reach, found, context)
    if (compressed.type && typeof result === 'object' && result.headers)
      result.headers['content-type'] = compressed.type
    return result
  } catch (error) {
    if (isReached) throw error
    return refuse('The Host header or the path makes no URL')
  }
}

/** For an answer that looks at no event. */
const BLANK_EVENT = {
  version: '2.0',
  rawPath: '/',
  rawQueryString: '',
  headers: {},
  requestContext: { domainName: 'localhost', http: { method: 'GET' } },
} as AwsLambdaEvent // what is read of it

const isScheduled = (event: AwsLambdaEvent | ScheduledEvent): event is ScheduledEvent =>
  'source' in event && (event.source === 'aws.events' || event.source === 'aws.scheduler')
