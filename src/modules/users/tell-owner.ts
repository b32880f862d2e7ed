/** The mails to the owner of an account whose e-mail or username was changed (ASVS 6.3.7). */
import type { Deps } from '../../deps.ts'
import { emailKey } from '../../lib/email.ts'
import { type Cause, happened, type NewEvent } from '../../core/events/queries.ts'
import type { QueueJobDeps } from '../jobs/queue-job.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { happenedToVerified, userById } from './queries.ts'

type TellDeps = QueueJobDeps & Pick<Deps, 'db'>

/** The mail to the earlier address of an account. No mail for another spelling of the same address. Index users_id. */
export async function tellOldAddress(
  deps: TellDeps,
  cause: Cause,
  userId: string,
  newEmail: string,
  updated: NewEvent,
) {
  const [before] = await userById(deps.db, userId)
  if (!before || emailKey(before.email) === emailKey(newEmail)) return undefined
  const content = { template: 'email-changed', data: { newEmail, at: updated.at } } as const
  return queueMail(deps, { userId, to: before.email, eventId: updated.id, content, cause }, happened(updated))
}

/**
 * The mail about a change of the username, to the address of the account. No mail to an address that is not verified: a
 * stranger may have signed up with it, and could send ten mails an hour to its owner.
 */
export const tellOfUsername = (deps: TellDeps, cause: Cause, userId: string, { id: eventId, at }: NewEvent) =>
  queueMail(
    deps,
    { userId, eventId, content: { template: 'username-changed', data: { at } }, cause },
    happenedToVerified({ id: eventId }, userId),
  )
