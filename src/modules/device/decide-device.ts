/** What a person does with the code of a device (RFC 8628 §3.3). */
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { giveBackOfAddress, takeOfAddress } from '../../core/limits/address-budgets.ts'
import type { Deps, SessionPrincipal, Take } from '../../deps.ts'
import { rememberGrant } from '../grants/remember-grant.ts'
import type { Client } from '../oauth-clients/client.ts'
import { findClient } from '../oauth-clients/find-client.ts'
import { keepClient } from '../oauth-clients/keep-client.ts'
import { DEVICE_GRANT } from '../token/grant-device-code.ts'
import { approveDevice, denyDevice, shownDevice, waits } from './queries.ts'
import { macsOfUserCode } from './user-code.ts'

type ShownDevice = Awaited<ReturnType<typeof shownDevice>>[number]

export interface FoundDevice {
  device: ShownDevice
  client: Client
}

/**
 * The device that shows this code. Undefined for a code that nobody shows, and after too many guesses of this account, from
 * this network or at this code: the codes are short, so the points are taken before the look-up. A right code gives those
 * of the account and the network back. One round trip besides the points.
 */
export async function findDevice(
  deps: Deps,
  cause: Cause,
  session: SessionPrincipal,
  code: string,
): Promise<FoundDevice | 'wrong' | 'tooMany'> {
  const { config, db, clock, limiter } = deps
  const macs = await macsOfUserCode(deps, code)
  const ofAccount: Take = ['guess-device:account', session.user.id]
  if (config.rateLimit) {
    const takes: Take[] = [ofAccount, ['guess-device:code', macs[0] ?? '']]
    const allowances = await takeOfAddress(deps, 'guess-device:address', cause, takes)
    if (!allowances.every(({ allowed }) => allowed)) return 'tooMany'
  }
  const [device] = await shownDevice(db, macs, session.user.id, clock.now())
  const client = device && (await findClient(deps, device.clientId))
  if (device === undefined || client === undefined || !client.grantTypes.includes(DEVICE_GRANT)) return 'wrong'
  if (config.rateLimit)
    deps.defer(() =>
      Promise.all([limiter.giveBack(...ofAccount), giveBackOfAddress({ limiter }, 'guess-device:address', cause)]),
    )
  return { device, client }
}

/**
 * Lets the device have tokens for this person, and remembers the consent. One batch: of two people at once, one decides.
 * False if somebody has decided meanwhile, or if the code, the session, the person or the client has ended.
 */
export async function allowDevice(
  deps: Deps,
  cause: Cause,
  session: SessionPrincipal,
  { device, client }: FoundDevice,
): Promise<boolean> {
  const { db, clock } = deps
  const { hash, scopes, details } = device
  const { sessionId, orgId, authenticatedAt, amr } = session
  const userId = session.user.id
  const now = clock.now()
  const consent = { userId, clientId: client.id, scopes, details, sessionId }
  const { steps, event } = rememberGrant(deps, cause, consent, waits(hash, now))
  const approval = { hash, userId, clientId: client.id, sessionId, orgId, authenticatedAt, amr, now }
  const approved = newEvent(deps, cause, 'device.approved', {
    userId,
    sessionId,
    data: { clientId: client.id, address: device.address },
  })
  const { done } = await commit(deps, {
    client: keepClient(deps, client, { consented: true }),
    ...steps,
    done: recorded(approveDevice(db, approval, event), approved),
  })
  return done.length > 0
}

/** False if somebody has decided meanwhile, or if the code has expired. */
export async function refuseDevice(
  deps: Deps,
  cause: Cause,
  { sessionId, user }: SessionPrincipal,
  { device, client }: FoundDevice,
): Promise<boolean> {
  const { db, clock } = deps
  const denied = newEvent(deps, cause, 'device.denied', {
    userId: user.id,
    sessionId,
    data: { clientId: client.id },
  })
  const denial = denyDevice(db, { hash: device.hash, userId: user.id, now: clock.now() })
  const { done } = await commit(deps, { done: recorded(denial, denied) })
  return done.length > 0
}
