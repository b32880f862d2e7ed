import { problem } from '../../errors.ts'
import { emailKey } from '../../lib/email.ts'
import type { ProviderSettings } from '../../lib/provider-settings.ts'
import { recorded, type Step } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { always, type Cause, happened, justChanged } from '../../core/events/queries.ts'
import { type CompleteSignInDeps, completeSignIn, type SignedIn } from '../mfa/complete-sign-in.ts'
import { type AskDeps, askSignUp } from '../actions/ask-actions.ts'
import { newUser } from '../users/new-user.ts'
import { insertRoles, userIdByEmail } from '../users/queries.ts'
import type { Profile } from '../providers/profile.ts'
import { sealProviderTokens } from '../providers/provider-tokens.ts'
import {
  disabledOwner,
  insertFirstIdentity,
  insertUserOfIdentity,
  noteIdentityUse,
  ownerOfIdentity,
} from './queries.ts'
import { type UsedFlow, useFlowUp } from '../providers/use-flow.ts'

/** RFC 8176 defines no value for this. Microsoft and others use this one. */
const AMR = ['fed']

export interface ProvedIdentity {
  provider: ProviderSettings
  profile: Profile
  flow: UsedFlow
  deviceToken: string | undefined
}

/**
 * Signs in a user whom an identity provider has authenticated. One round trip if the identity is known, two if an
 * account is created. A second factor is asked for, as after any first factor.
 *
 * An identity is found only by issuer and subject. A matching e-mail opens no account: the user signs in as usual and
 * links the identity. Throws `provider.flow_invalid`, `identity.account_disabled`, `identity.email_in_use`,
 * `identity.email_unverified` and `identity.sign_up_refused`, and for a new account `action.denied` and `action.unavailable`.
 */
export async function signInWithIdentity(
  deps: CompleteSignInDeps & AskDeps,
  cause: Cause,
  identity: ProvedIdentity,
): Promise<SignedIn> {
  const first = await openKnown(deps, cause, identity, { isFirst: true })
  if ('signedIn' in first) return first.signedIn
  const created = await makeAccount(deps, cause, identity)
  if (created !== undefined) return created
  // Another sign-in of the same person, or a sign-up with the same address, ran between the two steps. This call finds
  // out which one. Only the loser of such a race needs this third round trip.
  const again = await openKnown(deps, cause, identity, { isFirst: false })
  if ('signedIn' in again) return again.signedIn
  throw problem('identity.email_in_use')
}

/** Opens a session for a known identity. Throws if there is no session and no account may be created. */
async function openKnown(
  deps: CompleteSignInDeps,
  cause: Cause,
  { provider, profile, flow, deviceToken }: ProvedIdentity,
  { isFirst }: { isFirst: boolean },
): Promise<{ signedIn: SignedIn } | { unknown: true }> {
  const { db, clock } = deps
  const seen = { fresh: !isFirst, disabled: false, emailTaken: false }
  const use = {
    provider: provider.id,
    email: profile.email,
    tokens: await sealProviderTokens(deps, provider, profile),
    lastUsedAt: clock.now(),
  }
  const note = (name: keyof typeof seen) => (changed: boolean) => {
    seen[name] = changed
  }
  const before: Step[] = [
    { statement: disabledOwner(db, profile), afterwards: note('disabled') },
    ...(profile.email === undefined
      ? []
      : [{ statement: userIdByEmail(db, emailKey(profile.email)), afterwards: note('emailTaken') }]),
    ...(isFirst ? [{ statement: useFlowUp(db, flow), afterwards: note('fresh') }] : []),
    noteIdentityUse(db, profile, use, isFirst ? justChanged : always),
  ]
  const signedIn = await completeSignIn(deps, cause, {
    userId: ownerOfIdentity(profile),
    kind: 'cookie',
    amr: AMR,
    provider: provider.id,
    authenticatedAt: profile.authenticatedAt,
    condition: justChanged,
    deviceToken,
    before,
  })
  if (!seen.fresh) throw problem('provider.flow_invalid')
  if (signedIn !== undefined) return { signedIn }
  if (seen.disabled) throw problem('identity.account_disabled')
  // This check comes before the answer reveals whether the address has an account here. A user who has not proved that
  // the address is theirs learns nothing.
  if (profile.email === undefined || !profile.emailVerified)
    throw profile.emailFault ?? problem('identity.email_unverified')
  if (seen.emailTaken) throw problem('identity.email_in_use')
  if (!provider.allowSignUp) throw problem('identity.sign_up_refused')
  return { unknown: true }
}

/** Creates an account for a new identity, in one batch. Undefined if the identity or its address exists meanwhile. */
async function makeAccount(
  deps: CompleteSignInDeps & AskDeps,
  cause: Cause,
  { provider, profile, deviceToken }: ProvedIdentity,
): Promise<SignedIn | undefined> {
  const { db, random } = deps
  const { email = '', name, issuer, subject } = profile // openKnown has checked that it is verified
  await askSignUp(deps, cause, { email, name: name ?? null, method: 'provider', provider: provider.id })
  const { row, user } = newUser(deps, { email, name, emailVerified: true, locale: cause.locale }, null)
  const about = { actorId: user.id, userId: user.id }
  const created = newEvent(deps, cause, 'user.created', { ...about, data: { by: 'provider', provider: provider.id } })
  const identity = {
    id: random.id('idn'),
    userId: user.id,
    provider: provider.id,
    issuer,
    subject,
    email,
    tokens: await sealProviderTokens(deps, provider, profile),
    createdAt: user.createdAt,
    lastUsedAt: user.createdAt,
  }
  const linked = newEvent(deps, cause, 'identity.linked', {
    ...about,
    data: { identityId: identity.id, provider: provider.id },
  })
  return completeSignIn(deps, cause, {
    userId: user.id,
    kind: 'cookie',
    amr: AMR,
    provider: provider.id,
    authenticatedAt: profile.authenticatedAt,
    condition: happened(created),
    deviceToken,
    before: [
      recorded(insertUserOfIdentity(db, row, profile), created),
      insertRoles(db, user.id, user.roles, created),
      recorded(insertFirstIdentity(db, identity, created), linked),
    ],
  })
}
