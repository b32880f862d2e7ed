import type { Deps } from '../../deps.ts'
import { networkOf } from '../../lib/addresses.ts'
import { describeDevice } from '../../lib/devices.ts'
import type { Cause } from '../../core/events/queries.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { isUnfamiliar, noteDevice, type SessionDevice } from './device-queries.ts'
import { ownerOfSession } from './queries.ts'

/** Beyond these an account gets no more notices that day: the first ones have told its owner. */
const NOTICES_A_DAY = 5
const DAY_MS = 86_400_000
/** A sign-in with a device not seen for so long is worth a notice again: the sweep forgets it (`src/jobs.ts`). */
export const KEEP_UNSEEN_DEVICES_MS = 180 * DAY_MS

export type NoteDeviceDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'queue'>

/**
 * The steps that make the device of a session known, and tell its owner by mail when it was not: no notice of the first
 * one an account has, and 5 a day at most. An account that slept until all its devices were forgotten gets one: nobody
 * else looks after it. A device is what `describeDevice` says, together with its network.
 */
export async function deviceSteps(deps: NoteDeviceDeps, cause: Cause, sessionId: string) {
  const now = deps.clock.now()
  const device = describeDevice(cause.userAgent)
  const opened: SessionDevice = { sessionId, device, network: networkOf(cause.address), now }
  const content = { template: 'new-device', data: { device, address: cause.address ?? 'unknown', at: now } } as const
  const unfamiliar = isUnfamiliar(opened, {
    limit: NOTICES_A_DAY,
    since: now - DAY_MS,
    forgottenBefore: now - KEEP_UNSEEN_DEVICES_MS,
  })
  return [
    await queueMail(deps, { userId: ownerOfSession(sessionId), content, cause }, unfamiliar),
    noteDevice(deps.db, opened),
  ] as const
}
