import type { Locale } from '../../lib/languages.ts'
import type { Followed } from '../events/commit.ts'
import type { Cause } from '../events/queries.ts'
import { type JobRequest, queueJob } from '../jobs/queue-job.ts'
import type { MailContent } from './content.ts'

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
 * it, and a mail follows an account that has moved.
 */
export const queueMail = (
  deps: Parameters<typeof queueJob>[0],
  { userId, eventId, content, to, cause }: MailRequest,
  when: Parameters<typeof queueJob>[2],
): Promise<Followed> => {
  const payload: MailPayload = { to: to ?? null, locale: cause.locale ?? null, content }
  return queueJob(deps, { kind: 'mail', userId, payload, ...(eventId === undefined ? {} : { eventId }) }, when)
}
