/** The passkeys of one user: list, add, rename and remove. */
import type { Deps, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { describeDevice } from '../../lib/devices.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { factorsChanged } from '../mfa/own-factors.ts'
import { addAmr } from '../mfa/own-queries.ts'
import { deleteCodesWithoutFactor } from '../mfa/recovery-queries.ts'
import { livingSession, sessionLives } from '../sessions/queries.ts'
import { readCeremony, startCeremony } from './ceremony.ts'
import { creationOptions, requestOptions } from './options.ts'
import {
  consumeChallenge,
  credentialsOf,
  deletePasskey,
  insertPasskey,
  type NewPasskey,
  ownPasskey,
  passkeysOf,
  renamePasskey,
} from './queries.ts'
import { type NewCredential, type Passkey, toPasskey } from './schema.ts'
import { type VerifiedCredential, verifyNewCredential } from './verify-credential.ts'

type StartDeps = Pick<Deps, 'config' | 'db' | 'tickets' | 'random'>
type WriteDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'queue'>

/** One round trip. */
export const listPasskeys = async ({ db }: Pick<Deps, 'db'>, userId: string) => ({
  items: (await passkeysOf(db, userId)).map(toPasskey),
})

/** The user and the session that a ceremony of a signed-in user is for. */
export const aboutSession = ({ user, sessionId }: Pick<SessionPrincipal, 'user' | 'sessionId'>) => ({
  user: user.id,
  session: sessionId,
})

/** Options to add a passkey on a device that has none of the user's passkeys yet. One round trip. */
export async function startRegistration(deps: StartDeps, actor: SessionPrincipal) {
  const [existing, ceremony] = await Promise.all([
    credentialsOf(deps.db, actor.user.id),
    startCeremony(deps, 'register', aboutSession(actor)),
  ])
  return { challenge: ceremony.token, options: creationOptions(deps.config, ceremony, actor.user, existing) }
}

/** Options to use a passkey of this user as a second factor or for step-up. One round trip. */
export async function startAuthentication(
  deps: StartDeps,
  ceremony: 'mfa' | 'step-up',
  userId: string,
  about: Record<string, string>,
) {
  const [existing, started] = await Promise.all([credentialsOf(deps.db, userId), startCeremony(deps, ceremony, about)])
  return { challenge: started.token, options: requestOptions(deps.config, started, existing) }
}

export interface NewOwnPasskey {
  challenge: string
  credential: NewCredential
  name?: string
}

/** The row of a passkey. If the user gave no name, the name is the device that made it: `Chrome on Linux`. */
export const passkeyRow = (
  { clock, random }: Pick<Deps, 'clock' | 'random'>,
  verified: VerifiedCredential,
  { userId, name, userAgent }: { userId: string; name?: string | undefined; userAgent: string | null },
): NewPasskey & { id: string; name: string } => ({
  ...verified,
  id: random.id('pky'),
  userId,
  name: name ?? describeDevice(userAgent),
  createdAt: clock.now(),
})

/**
 * Adds a passkey to the account of this session, and tells the owner by mail. One round trip. From now on, the
 * session counts as one that has shown a second factor. Throws `passkey.not_created`, `passkey.exists`,
 * `passkey.too_many`, and `session.expired` if the session ended meanwhile.
 */
export async function addPasskey(
  deps: WriteDeps & Pick<Deps, 'tickets'>,
  cause: Cause,
  actor: SessionPrincipal,
  { challenge: token, credential, name }: NewOwnPasskey,
): Promise<Passkey> {
  cause.requireFresh()
  const { config, db } = deps
  const ceremony = await readCeremony(deps, 'register', token, aboutSession(actor))
  const verified = ceremony && (await verifyNewCredential(config, credential, ceremony.challenge))
  if (!verified) throw problem('passkey.not_created')
  const userId = actor.user.id
  const passkey = passkeyRow(deps, verified, { userId, name, userAgent: cause.userAgent })
  const added = newEvent(deps, cause, 'passkey.added', { userId, data: { passkeyId: passkey.id } })
  const content = { template: 'passkey-added', data: { passkey: passkey.name, at: passkey.createdAt } } as const
  const now = passkey.createdAt
  const { consumed, inserted, session } = await commit(deps, {
    consumed: consumeChallenge(db, ceremony),
    inserted: recorded(insertPasskey(db, passkey, sessionLives(actor.sessionId, now)), added),
    session: livingSession(db, actor.sessionId, now),
    amr: addAmr(db, actor.sessionId, [verified.backedUp ? 'swk' : 'hwk', 'user', 'mfa'], added),
    changed: await factorsChanged(deps, cause, userId, added, content),
  }).catch(whereTaken({ 'passkeys.credential_id': 'passkey.exists' }))
  if (consumed.length === 0) throw problem('passkey.not_created')
  if (inserted.length === 0) throw problem(session.length > 0 ? 'passkey.too_many' : 'session.expired')
  return toPasskey({ ...passkey, lastUsedAt: null, flaggedAt: null })
}

/** One round trip. Throws `passkey.not_found`, also for a passkey of another user. */
export async function nameOwnPasskey(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>,
  cause: Cause,
  userId: string,
  { id, name }: { id: string; name: string },
): Promise<Passkey> {
  const renamed = newEvent(deps, cause, 'passkey.renamed', { userId, data: { passkeyId: id } })
  const { rows } = await commit(deps, { rows: recorded(renamePasskey(deps.db, id, userId, name), renamed) })
  const [row] = rows
  if (row === undefined) throw problem('passkey.not_found')
  return toPasskey(row)
}

/**
 * Removes a passkey, and tells the owner by mail. If it was the last factor, it also removes the recovery codes. One
 * round trip. Throws `passkey.not_found`, also for a passkey of another user, and `factor.last_way_in`.
 */
export async function removePasskey(deps: WriteDeps, cause: Cause, userId: string, id: string): Promise<void> {
  cause.requireFresh()
  const { config, db, clock } = deps
  const removed = newEvent(deps, cause, 'passkey.removed', { userId, data: { passkeyId: id } })
  const content = { template: 'passkey-removed', data: { at: clock.now() } } as const
  const { deleted, kept } = await commit(deps, {
    deleted: recorded(deletePasskey(db, id, userId, config), removed),
    kept: ownPasskey(db, id, userId),
    codes: deleteCodesWithoutFactor(db, userId, removed),
    changed: await factorsChanged(deps, cause, userId, removed, content),
  })
  if (deleted.length > 0) return
  throw problem(kept.length > 0 ? 'factor.last_way_in' : 'passkey.not_found')
}
