import type { Deps } from '../../deps.ts'
import { networkOf } from '../../lib/addresses.ts'
import { describeDevice } from '../../lib/devices.ts'
import { DAY_MS } from '../../lib/durations.ts'
import type { Cause } from '../../core/events/queries.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { isUnfamiliar, noteKnownDevice, type SessionDevice } from './known-device-queries.ts'
import { ownerOfSession } from './queries.ts'

/** Maximum number of notices a day for an account. More would tell the owner nothing new. */
const NOTICES_A_DAY = 5
/** The sweep forgets a device that was not used for this long. The next sign-in with it causes a notice again. */
export const KEEP_UNSEEN_DEVICES_MS = 180 * DAY_MS

export type KnownDeviceDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'queue'>

/**
 * Returns the steps that record the device of a session, and send a mail to the owner if the device was unknown. The
 * first device of an account causes no mail, and an account gets at most 5 mails a day. If an account was unused
 * until all its devices were forgotten, its next sign-in causes a mail. A device is the text of `describeDevice`
 * together with the network.
 */
export async function knownDeviceSteps(deps: KnownDeviceDeps, cause: Cause, sessionId: string) {
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
    noteKnownDevice(deps.db, opened),
  ] as const
}
