/** Browsers and apps that need no second factor for 30 days, as their owner sees them. */
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { deleteRememberedDevice, deleteRememberedDevices, rememberedDevicesOf } from './own-queries.ts'
import type { RememberedDevices } from './schema.ts'
import { iso } from '../../lib/iso-time.ts'

/** More than anybody has. Whoever lets a script remember itself has more: forgetting all forgets those too. */
const MAX_LISTED = 100

type DeviceDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>

/** Those that still count, the last used first. One round trip. */
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

/** The next sign-in there asks for a second factor. One round trip. Throws `device.not_found`, also for another user's. */
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

/** Every one of them, listed or not. None to forget is no failure. */
export async function forgetRememberedDevices(deps: DeviceDeps, cause: Cause, userId: string): Promise<void> {
  const forgotten = newEvent(deps, cause, 'mfa.device_forgotten', { userId, data: { devices: 'all' } })
  await commit(deps, [recorded(deleteRememberedDevices(deps.db, userId), forgotten)])
}
