/** Mails about an organisation to its owners. */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { SQL } from 'drizzle-orm'
import { commit, type Followed } from '../../core/events/commit.ts'
import { systemCause } from '../../core/events/new-event.ts'
import { always } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import type { QueuedJob } from '../jobs/run-queue.ts'
import { type QueueJobDeps, queueJob } from '../jobs/queue-job.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { ownersOf } from '../members/queries.ts'

const Notice = Type.Object({
  orgId: Type.String(),
  template: Type.Union([Type.Literal('org-deleted'), Type.Literal('org-transferred')]),
  at: Type.Integer(),
  /** Somebody who may be no owner any more. */
  also: Type.Union([Type.String(), Type.Null()]),
})
type Notice = Static<typeof Notice>

/** The owners who get a mail: the first ones. */
const MAX_OWNERS = 20

/**
 * The step that queues the mails if `when` holds. A job reads the owners, so the request makes no trip for them. None
 * after many notices about one organisation: its owners know, and nobody fills their mailboxes.
 */
export async function queueNotice(
  deps: QueueJobDeps & Pick<Deps, 'limiter'>,
  notice: Notice,
  eventId: string,
  when: SQL,
): Promise<Followed | undefined> {
  if (!deps.limiter.takeHere('org-notice:org', notice.orgId).allowed) return undefined
  return queueJob(deps, { kind: 'org-notice', userId: null, payload: notice, eventId }, when)
}

/** The handler of `org-notice` jobs: queues a mail for each owner. */
export async function tellOwners(deps: Deps, { payload }: QueuedJob): Promise<void> {
  if (!Value.Check(Notice, payload)) throw new PermanentFailure('no notice of ours')
  const { orgId, template, at, also } = payload
  const owners = await ownersOf(deps.db, orgId, MAX_OWNERS)
  const name = owners[0]?.name
  if (name === undefined) return // it is erased, or has no owner
  const ids = new Set([...owners.map(({ userId }) => userId), ...(also === null ? [] : [also])])
  const content = { template, data: { org: name, at } }
  await commit(
    deps,
    await Promise.all([...ids].map((userId) => queueMail(deps, { userId, content, cause: systemCause }, always))),
  )
}
