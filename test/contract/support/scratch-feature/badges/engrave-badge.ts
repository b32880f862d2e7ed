import type { QueuedJob } from '../../core/feature.ts'
import { commit } from '../../core/events/commit.ts'
import type { Deps } from '../../deps.ts'
import { engrave } from './queries.ts'

export async function engraveBadge(deps: Deps, { payload }: QueuedJob): Promise<void> {
  const { badgeId } = payload as { badgeId: string } // what `awardBadge` queued
  await commit(deps, [engrave(deps.db, badgeId, deps.clock.now())])
}
