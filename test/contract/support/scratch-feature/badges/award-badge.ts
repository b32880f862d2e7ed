import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { queueJob } from '../jobs/queue-job.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { insertBadge } from './queries.ts'

/** Throws `badge.too_many`. */
export async function awardBadge(deps: Deps, cause: Cause, { userId, title }: { userId: string; title: string }) {
  const { config, db, clock, random } = deps
  const id = random.id('bdg')
  const now = clock.now()
  const awarded = newEvent(deps, cause, 'badge.awarded', { userId, data: { badgeId: id } })
  const content = { template: 'badge-awarded', data: { title, at: now } } as const
  const engraving = { kind: 'engrave-badge', userId, eventId: awarded.id, payload: { badgeId: id } }
  const { inserted } = await commit(deps, {
    inserted: recorded(
      insertBadge(db, { id, userId, title, createdAt: now }, config.variables.BADGES_PER_USER),
      awarded,
    ),
    mail: await queueMail(deps, { userId, eventId: awarded.id, content, cause }, happened(awarded)),
    engraving: await queueJob(deps, engraving, happened(awarded)),
  })
  if (inserted.length === 0) throw problem('badge.too_many')
  return { id, userId, title }
}
