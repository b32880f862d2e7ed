import type { Deps } from '../../deps.ts'
import { readEmail } from '../../lib/email.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import { MINUTE_MS } from '../../lib/durations.ts'
import { judgeClock } from '../jobs/clock-trust.ts'
import type { QueuedJob } from '../jobs/run-queue.ts'
import type { MailContent } from './content.ts'
import { recipientById } from './queries.ts'
import type { MailPayload } from './queue-mail.ts'
import { renderMail } from './render-mail.tsx'

/** Puts a queued mail into words and hands it to the mailer. Throws `PermanentFailure` when there is nobody to send it to. */
export async function deliverMail(deps: Deps, job: QueuedJob): Promise<void> {
  const { config, db, clock, mailer } = deps
  const { to, locale, content } = job.payload as MailPayload // what `queueMail` wrote, and AES-GCM vouches for it
  if (hasExpired(content, clock.now() - job.queuedAt)) throw await expired(deps)
  const [owner] = job.userId === null ? [] : await recipientById(db, job.userId)
  const recipient = to ?? (owner && spellingOf(owner))
  if (recipient === undefined) throw new PermanentFailure('the account is gone')
  const { brandName, brandColor, appUrl } = config
  const mail = await renderMail(content, { locale: owner?.locale ?? locale ?? 'en', brandName, brandColor, appUrl })
  await mailer.send({ id: job.id, to: recipient, ...mail })
}

/**
 * As it was proved. What nobody has proved may have been stored before there was one spelling (`readEmail`), in one that
 * reaches the mailbox of whoever made the account.
 */
const spellingOf = ({ email, emailVerified }: { email: string; emailVerified: boolean }): string =>
  emailVerified ? email : readEmail(email)

/** A link that no longer works would only be a riddle. A clock set back makes nothing expire. */
const hasExpired = ({ data }: MailContent, ageMs: number): boolean =>
  'minutes' in data && ageMs > data.minutes * MINUTE_MS

/** A clock that is ahead for a minute must not give up every mail that waits: by such a one it is tried again. */
const expired = async (deps: Deps): Promise<Error> =>
  'basis' in (await judgeClock(deps))
    ? new PermanentFailure('its link and code have expired')
    : new Error('its link and code have expired, by a clock that is not believed')
