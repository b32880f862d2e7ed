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

/**
 * Renders a queued mail and passes it to the mailer. Throws `PermanentFailure` if the account is deleted or the mail is
 * too old.
 */
export async function deliverMail(deps: Deps, job: QueuedJob): Promise<void> {
  const { config, db, clock, mailer } = deps
  const { to, locale, content, look } = job.payload as MailPayload // `queueMail` wrote it, and AES-GCM proves that
  if (hasExpired(content, clock.now() - job.queuedAt)) throw await expired(deps)
  const [owner] = job.userId === null ? [] : await recipientById(db, job.userId)
  const recipient = to ?? (owner && spellingOf(owner))
  if (recipient === undefined) throw new PermanentFailure('the account is gone')
  const { brandName, brandColor, appUrl } = config
  const brand = { brandName, brandColor, appUrl, look }
  const mail = await renderMail(content, { locale: owner?.locale ?? locale ?? 'en', ...brand })
  await mailer.send({ id: job.id, to: recipient, ...mail })
}

/**
 * A verified address as it is stored. An unverified address may be older than the rule of one spelling (`readEmail`),
 * in a spelling that reaches the mailbox of the person who created the account.
 */
const spellingOf = ({ email, emailVerified }: { email: string; emailVerified: boolean }): string =>
  emailVerified ? email : readEmail(email)

/** A mail with an expired link would only confuse its reader. A clock that was set back expires nothing. */
const hasExpired = ({ data }: MailContent, ageMs: number): boolean =>
  'minutes' in data && ageMs > data.minutes * MINUTE_MS

/**
 * A clock that is ahead for one minute must not give up every waiting mail. Under such a clock the mail is tried again.
 */
const expired = async (deps: Deps): Promise<Error> =>
  'basis' in (await judgeClock(deps))
    ? new PermanentFailure('its link and code have expired')
    : new Error('its link and code have expired, by a clock that is not believed')
