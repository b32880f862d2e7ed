/** The remembered devices of a user: browsers and apps that need no second factor for 30 days. */
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { deleteRememberedDevice, deleteRememberedDevices, rememberedDevicesOf } from './own-queries.ts'
import type { RememberedDevices } from './schema.ts'
import { iso } from '../../lib/iso-time.ts'

/** More than people have. A script can remember more devices; forgetting all devices deletes those too. */
const MAX_LISTED = 100

type DeviceDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>

/** The devices that have not expired, the last used first. One round trip. */
export async function listRememberedDevices({ db, clock }: DeviceDeps, userId: string): Promise<RememberedDevices> {
  const rows = await rememberedDevicesOf(db, userId, clock.now(), MAX_LISTED)
  return {
    items: rows.map(({ createdAt, lastUsedAt, expiresAt, ...row }) => ({
      ...row,
      createdAt: iso(createdAt),
      lastUsedAt: iso(lastUsedAt),
      expiresAt: iso(expiresAt),
    })),
  }
}

/**
 * The next sign-in on this device asks for a second factor. One round trip. Throws `device.not_found`, also for a
 * device of another user.
 */
export async function forgetRememberedDevice(
  deps: DeviceDeps,
  cause: Cause,
  userId: string,
  id: string,
): Promise<void> {
  const forgotten = newEvent(deps, cause, 'mfa.device_forgotten', { userId, data: { deviceId: id } })
  const { deleted } = await commit(deps, {
    deleted: recorded(deleteRememberedDevice(deps.db, userId, id, deps.clock.now()), forgotten),
  })
  if (deleted.length === 0) throw problem('device.not_found')
}

/** Forgets every device of the user, listed or not. Succeeds if there are none. */
export async function forgetRememberedDevices(deps: DeviceDeps, cause: Cause, userId: string): Promise<void> {
  const forgotten = newEvent(deps, cause, 'mfa.device_forgotten', { userId, data: { devices: 'all' } })
  await commit(deps, [recorded(deleteRememberedDevices(deps.db, userId), forgotten)])
}
