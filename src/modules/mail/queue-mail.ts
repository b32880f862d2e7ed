import type { SQL } from 'drizzle-orm'
import { isPlaceholder } from '../../lib/email.ts'
import type { Locale } from '../../lib/languages.ts'
import type { Followed } from '../../core/events/commit.ts'
import { type Cause, never } from '../../core/events/queries.ts'
import { type JobRequest, type QueueJobDeps, queueJob } from '../jobs/queue-job.ts'
import type { MailContent } from './content.ts'
import { andHasAddress } from './queries.ts'

export interface MailRequest extends Pick<JobRequest, 'userId' | 'eventId'> {
  content: MailContent
  /** Only where it does not go to the address the account has when it is sent. */
  to?: string | undefined
  /** Of the request: its language is used for accounts that have none. */
  cause: Cause
}

/** What `deliverMail` finds in the job. */
export interface MailPayload {
  to: string | null
  locale: Locale | null
  content: MailContent
}

/**
 * The step that queues a mail with the change it tells of, if `when` holds in that batch (mostly `happened(event)`).
 *
 * Whom it goes to is looked up when it is sent, from the account: nobody who types an address decides the spelling of
 * it, and a mail follows an account that has moved. Nothing is queued for the placeholder of an anonymous account: this is
 * the one door for mails, so none is ever sent there.
 */
export const queueMail = (
  deps: QueueJobDeps,
  { userId, eventId, content, to, cause }: MailRequest,
  when: SQL,
): Promise<Followed> => {
  const payload: MailPayload = { to: to ?? null, locale: cause.locale ?? null, content }
  const job = { kind: 'mail', userId, payload, ...(eventId === undefined ? {} : { eventId }) }
  return queueJob(deps, job, to === undefined ? andHasAddress(when, userId) : isPlaceholder(to) ? never : when)
}
