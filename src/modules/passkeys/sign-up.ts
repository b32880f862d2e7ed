import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, didNotHappen, happened } from '../../core/events/queries.ts'
import { readCeremony, startCeremony } from './ceremony.ts'
import { creationOptions } from './options.ts'
import { passkeyRow } from './own-passkeys.ts'
import { consumeChallengeOrFail, insertFirstPasskey, insertFirstPasskeyIfNew } from './queries.ts'
import type { NewCredential } from './schema.ts'
import { verifyNewCredential } from './verify-credential.ts'
import { type AskDeps, askSignUp } from '../actions/ask-actions.ts'
import { type OpenedSession, openSession, type SessionKind } from '../sessions/open-session.ts'
import { newUser } from '../users/new-user.ts'
import { insertRoles, insertUserIfFree } from '../users/queries.ts'
import { mailProof } from '../proofs/mail-proof.ts'

type StartDeps = Pick<Deps, 'config' | 'tickets' | 'random'>
type SignUpDeps = StartDeps & AskDeps & Pick<Deps, 'queue'>

/**
 * Options to create a passkey for an account that does not exist yet. The account id is only in the challenge. So the
 * server stores nothing, and looks up nothing that would reveal which addresses have an account. No round trip.
 */
export async function startPasskeySignUp(deps: StartDeps, { email, name = '' }: { email: string; name?: string }) {
  const user = { id: deps.random.id('usr'), email, name }
  const ceremony = await startCeremony(deps, 'sign-up', { user: user.id, email, name })
  return { challenge: ceremony.token, options: creationOptions(deps.config, ceremony, user) }
}

/**
 * Creates an account with a passkey and no password, in one round trip. If e-mail verification is optional, it also
 * opens a session. The same batch queues the mail that asks for the verification.
 *
 * In `required` mode it returns undefined, whether the address was free or taken, as `signUp` does. The passkey opens
 * nothing before the address is verified. In this mode a passkey that is already registered is left out without an
 * error. An error would reveal whether the address was free. Throws `passkey.not_created`, `action.denied`,
 * `action.unavailable`, and in `optional` mode `user.email_taken` and `passkey.exists`.
 */
export async function signUpWithPasskey(
  deps: SignUpDeps,
  cause: Cause,
  { challenge: token, credential }: { challenge: string; credential: NewCredential },
  kind: SessionKind,
): Promise<OpenedSession | undefined> {
  const { config, db } = deps
  const ceremony = await readCeremony(deps, 'sign-up', token)
  const verified = ceremony && (await verifyNewCredential(config, credential, ceremony.challenge))
  if (!verified) throw problem('passkey.not_created')
  const { user: id, email, name } = ceremony.claims as { user: string; email: string; name: string } // the types that were signed
  await askSignUp(deps, cause, { email, name, method: 'passkey' })
  const { row, user } = newUser(deps, { id, email, name, locale: cause.locale }, null)
  const created = newEvent(deps, cause, 'user.created', {
    actorId: id,
    userId: id,
    data: { by: 'sign-up', factor: 'passkey' },
  })
  const passkey = passkeyRow(deps, verified, { userId: id, userAgent: cause.userAgent })
  const required = config.emailVerification === 'required'
  const accountSteps = {
    ceremony: consumeChallengeOrFail(db, ceremony),
    inserted: recorded(insertUserIfFree(db, row), created),
    roles: insertRoles(db, id, user.roles, created),
    passkey: (required ? insertFirstPasskeyIfNew : insertFirstPasskey)(db, passkey, created),
    proof: await mailProof(deps, cause, 'verify-email', { emailKey: row.emailKey, when: happened(created) }),
  }

  if (required) {
    const taken = { emailKey: row.emailKey, when: didNotHappen(created) }
    const notice = await mailProof(deps, cause, 'reset-password', taken, 'account-exists')
    await commit(deps, { ...accountSteps, notice }).catch(refuse)
    return undefined
  }
  const amr = [verified.backedUp ? 'swk' : 'hwk', 'user', 'mfa']
  const { opened, steps } = await openSession(deps, { userId: id, kind, cause, amr, condition: happened(created) })
  const { inserted } = await commit(deps, { ...accountSteps, session: steps }).catch(refuse)
  if (inserted.length === 0) throw problem('user.email_taken')
  return { ...opened, user }
}

const refuse = whereTaken({
  'used_challenges.hash': 'passkey.not_created',
  'passkeys.credential_id': 'passkey.exists',
})
