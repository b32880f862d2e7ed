/** The mail about an endpoint that was disabled. */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { commit } from '../../core/events/commit.ts'
import { systemCause } from '../../core/events/new-event.ts'
import { always } from '../../core/events/queries.ts'
import type { JobHandler } from '../../core/feature.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { ownersOf } from '../members/queries.ts'
import { administrators } from './queries.ts'

const Notice = Type.Object({
  orgId: Type.Union([Type.String(), Type.Null()]),
  host: Type.String(),
  at: Type.Integer(),
})
type Notice = Static<typeof Notice>

/** The first owners of the organisation, or the first administrators of the instance. */
const MAX_READERS = 20

/** The handler of `webhook-notice` jobs: queues a mail for each reader. */
export const tellOwners: JobHandler = async (deps, { payload }) => {
  if (!Value.Check(Notice, payload)) throw new PermanentFailure('no notice of ours')
  const { orgId, host, at }: Notice = payload
  const readers =
    orgId === null ? await administrators(deps.db, MAX_READERS) : await ownersOf(deps.db, orgId, MAX_READERS)
  const content = { template: 'webhook-disabled', data: { host, at } } as const
  await commit(
    deps,
    await Promise.all(readers.map(({ userId }) => queueMail(deps, { userId, content, cause: systemCause }, always))),
  )
}
