import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { emailKey } from '../../lib/email.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { afterAnonymity } from '../users/after-anonymity.ts'
import { type AskDeps, askSignUp, isSignUpAsked } from '../actions/ask-actions.ts'
import { anonymousUser, endAnonymity } from '../users/anonymous-queries.ts'
import { sealProviderTokens } from '../providers/provider-tokens.ts'
import { insertLinkedIdentity, type LinkingSession, linkOutcome, type NewIdentity } from './queries.ts'
import type { ProvedIdentity } from './sign-in-with-identity.ts'
import { useFlowUp } from '../providers/use-flow.ts'

type LinkDeps = AskDeps & Pick<Deps, 'queue'>

/**
 * Links an identity to the account whose session began the flow, in one round trip. That session must still be valid,
 * and the e-mail must be verified at the provider and here. The second condition stops an attacker who signs up with
 * the address of another person and links an identity: the attacker would keep access after the owner of the address
 * arrives. The owner is notified by mail.
 *
 * An anonymous account has no e-mail to compare. It gets the e-mail of the identity, unless another account has it.
 * Then its sessions end, and its owner signs in with the provider.
 *
 * A repetition changes nothing. Throws `provider.flow_invalid`, `identity.email_unverified`, `identity.email_in_use`,
 * `identity.too_many` and `identity.taken`.
 */
export async function linkIdentity(
  deps: LinkDeps,
  cause: Cause,
  { provider, profile, flow }: Omit<ProvedIdentity, 'deviceToken'>,
  from: Omit<LinkingSession, 'emailKey'>,
): Promise<void> {
  const { db, random } = deps
  const { userId, sessionId, now } = from
  const { email } = profile
  if (email === undefined || !profile.emailVerified) throw profile.emailFault ?? problem('identity.email_unverified')
  if ((await isSignUpAsked(deps)) && (await anonymousUser(db, userId)).length > 0) {
    const asked = { email, name: profile.name, method: 'provider', provider: provider.id, upgrades: userId } as const
    await askSignUp(deps, cause, asked)
  }
  const session = { ...from, emailKey: emailKey(email) }
  const identity: NewIdentity = {
    id: random.id('idn'),
    userId,
    provider: provider.id,
    issuer: profile.issuer,
    subject: profile.subject,
    email,
    tokens: await sealProviderTokens(deps, provider, profile),
    createdAt: now,
    lastUsedAt: now,
  }
  const data = { identityId: identity.id, provider: provider.id }
  const linked = newEvent(deps, cause, 'identity.linked', { actorId: userId, userId, sessionId, data })
  const content = { template: 'identity-linked', data: { provider: provider.name, at: now } } as const
  const upgraded = newEvent(deps, cause, 'user.upgraded', {
    actorId: userId,
    userId,
    sessionId,
    data: { by: 'identity', provider: provider.id },
  })
  const address = {
    email,
    emailKey: session.emailKey,
    emailVerified: true,
    name: profile.name,
    passwordHash: null,
    byLink: false,
  }
  const { fresh, inserted, outcomes } = await commit(deps, {
    fresh: useFlowUp(db, flow),
    inserted: recorded(insertLinkedIdentity(db, identity, session), linked),
    upgraded: recorded(endAnonymity(db, userId, address, now, happened(linked)), upgraded),
    afterUpgrade: afterAnonymity(db, userId, now, upgraded),
    notice: await queueMail(deps, { userId, eventId: linked.id, content, cause }, happened(linked)),
    outcomes: linkOutcome(db, profile, session),
  })
  if (inserted.length > 0) return
  const [outcome] = outcomes
  if (fresh.length === 0 || outcome === undefined || !outcome.present) throw problem('provider.flow_invalid')
  if (outcome.anonymous) throw problem(outcome.ownerId === null ? 'identity.email_in_use' : 'identity.taken')
  if (!outcome.verified) throw problem('identity.email_unverified')
  if (outcome.ownerId === userId) return
  throw problem(outcome.ownerId === null ? 'identity.too_many' : 'identity.taken')
}
