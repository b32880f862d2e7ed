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
  /** Only for a mail that does not go to the address of the account at the time of sending. */
  to?: string | undefined
  /** For a mail of an organisation: what it publishes of itself. */
  look?: MailLook | undefined
  /** The language of the request is used for an account without a language. */
  cause: Cause
}

/** The payload that `deliverMail` finds in the job. */
export interface MailPayload {
  to: string | null
  locale: Locale | null
  content: MailContent
  /** Absent in jobs of earlier releases. */
  look?: MailLook
}

/** The name and the colour of an organisation; null: it has published none. */
export interface MailLook {
  name: string | null
  color: string | null
}

/**
 * The step that queues a mail in the same transaction as the change it reports, if `when` holds there (usually
 * `happened(event)`).
 *
 * The address is read from the account when the mail is sent. So the typed spelling of an address never decides where a
 * mail goes, and a mail follows a change of address. Nothing is queued for the placeholder address of an anonymous
 * account. Every mail is queued by this function, so no mail is ever sent to a placeholder.
 */
export const queueMail = (
  deps: QueueJobDeps,
  { userId, eventId, content, to, look, cause }: MailRequest,
  when: SQL,
): Promise<Followed> => {
  const payload: MailPayload = { to: to ?? null, locale: cause.locale ?? null, content, ...(look && { look }) }
  const job = { kind: 'mail', userId, payload, ...(eventId === undefined ? {} : { eventId }) }
  return queueJob(deps, job, to === undefined ? andHasAddress(when, userId) : isPlaceholder(to) ? never : when)
}
