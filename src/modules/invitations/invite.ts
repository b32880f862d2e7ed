/** Invitations of an organisation: made, sent again, revoked. */
import { assertMayGiveRoles, type Authority, authorityOf, exceeding } from '../../core/authz/authority.ts'
import { instanceIn, scopesById } from '../../core/authz/load-scopes.ts'
import { settingsOf } from '../../core/authz/org-settings.ts'
import { isSession } from '../../core/authz/question.ts'
import { INSTANCE, type Scope, type ScopedOrg } from '../../core/authz/scope.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened, type NewEvent } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { rateLimited } from '../../core/limits/rate-limit-headers.ts'
import type { Actor, Deps, Take } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { DAY_MS, MINUTE_MS } from '../../lib/durations.ts'
import { domainOf, emailKey } from '../../lib/email.ts'
import { base64url } from '../../lib/encoding.ts'
import { hashToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { shownName } from '../orgs/shown-name.ts'
import { queueMail } from '../mail/queue-mail.ts'
import {
  insertInvitation,
  invitationOfKey,
  type ListedInvitation,
  openInvitation,
  refusalOfNew,
  refusalOfRenewal,
  renewInvitation,
  revokeInvitation,
} from './queries.ts'

export type InviteDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'queue' | 'limiter'>
type OrgScope = Scope & { org: ScopedOrg }

/** The life of the link in a mail. NIST SP 800-63B has no rule for invitations; a week gives people time to answer. */
const TTL_MS = 7 * DAY_MS
/** The page that the link opens. The token is in the fragment, so no server log, proxy or Referer receives it. */
const PAGE = '/accept-invitation'

/**
 * Invites an address, and queues the mail, in one round trip. The answer, the work and the mail are the same whether the
 * address has an account or not. A role other than `member` requires a fresh session.
 *
 * Throws `invitation.role_unknown`, `invitation.role_refused`, `invitation.domain_refused`, `invitation.already_member`,
 * `invitation.pending`, `invitation.too_many`, `request.rate_limited`, `auth.fresh_session_required`,
 * `idempotency.key_reused`, and `invitation.not_found` for a repeat after the invitation was used or revoked.
 */
export async function invite(
  deps: InviteDeps,
  cause: Cause,
  actor: Actor,
  scope: OrgScope,
  { email, roles = ['member'] }: { email: string; roles?: readonly string[] },
  key?: IdempotencyKey,
): Promise<ListedInvitation> {
  const { db, clock, random } = deps
  const { org } = scope
  await requireMayGive(deps, cause, actor, scope, roles)
  assertAccepts(org, actor, email)
  await take(deps, actor, org)
  const now = clock.now()
  const { link, hash } = await newLink(deps)
  const row = {
    id: random.id('inv'),
    orgId: org.id,
    email,
    emailKey: emailKey(email),
    roles: [...roles],
    hash,
    invitedBy: inviterOf(actor),
    createdAt: now,
    sentAt: now,
    expiresAt: now + TTL_MS,
    acceptedAt: null,
    revokedAt: null,
  }
  const created = newEvent(deps, cause, 'invitation.created', {
    orgId: org.id,
    data: { invitationId: row.id, roles },
  })
  const steps = {
    inserted: recorded(insertInvitation(db, row, now), created),
    mail: await mailing(deps, cause, actor, { org, email, link }, created),
    refusals: refusalOfNew(db, row, now),
  }
  const results = await commitOnce(deps, { key, event: created, subjectId: row.id }, steps)
  if (!results) return replayed(deps, key)
  if (results.inserted.length === 0) {
    const [refusal] = results.refusals
    if (refusal?.member) throw problem('invitation.already_member')
    if (refusal?.pending) throw problem('invitation.pending')
    if (refusal?.full) throw problem('invitation.too_many')
    if (refusal?.flooded) throw problem('request.rate_limited', { retryAfterSeconds: DAY_MS / 1000 })
    throw problem('org.not_found')
  }
  return { ...row, inviterName: nameOf(actor) }
}

async function replayed({ db }: InviteDeps, key: IdempotencyKey | undefined): Promise<ListedInvitation> {
  const { invitation } = await replay(key, (name) => invitationOfKey(db, name))
  if (!invitation) throw problem('invitation.not_found')
  return invitation
}

/**
 * Sends an invitation again: a new token and a new week. The token of the mail before is void. The sender becomes the
 * person who invites, so they must be allowed to give its roles now, as in `invite`. Two round trips, because the mail needs
 * the address. Throws `invitation.not_found`, `invitation.role_refused`, `invitation.already_member`,
 * `invitation.domain_refused`, `auth.fresh_session_required`, `request.rate_limited`.
 */
export async function resend(
  deps: InviteDeps,
  cause: Cause,
  actor: Actor,
  scope: OrgScope,
  id: string,
): Promise<ListedInvitation> {
  const { db, clock } = deps
  const { org } = scope
  const [found] = await openInvitation(db, org.id, id)
  if (!found) throw problem('invitation.not_found')
  // A role that was deleted falls away at the acceptance.
  const given = found.roles.filter((role) => scope.policies.permissionsByRole.has(role))
  await requireMayGive(deps, cause, actor, scope, given)
  assertAccepts(org, actor, found.email)
  await take(deps, actor, org, {
    before: [['invitation:resend', id]],
    after: [['invitation:resend:email', emailKey(found.email)]],
  })
  const now = clock.now()
  const { link, hash } = await newLink(deps)
  const sender = inviterOf(actor)
  const mail = { hash, sentAt: now, expiresAt: now + TTL_MS, invitedBy: sender }
  const resent = newEvent(deps, cause, 'invitation.resent', { orgId: org.id, data: { invitationId: id } })
  const { renewed, refusals } = await commit(deps, {
    renewed: recorded(renewInvitation(db, org.id, id, mail), resent),
    mail: await mailing(deps, cause, actor, { org, email: found.email, link }, resent),
    refusals: refusalOfRenewal(db, org.id, id),
  })
  if (renewed.length === 0) {
    const [refusal] = refusals
    if (!refusal) throw problem('invitation.not_found')
    if (refusal.member) throw problem('invitation.already_member')
    throw exceeding(await authorityIn(deps, actor, scope), found, (options) =>
      problem('invitation.role_refused', options),
    )
  }
  return { ...found, ...mail, ...(sender === null ? {} : { inviterName: nameOf(actor) }) }
}

/** Revokes an open invitation: its link is void at once. One round trip. Throws `invitation.not_found`. */
export async function revoke(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>,
  cause: Cause,
  orgId: string,
  id: string,
): Promise<void> {
  const revoked = newEvent(deps, cause, 'invitation.revoked', { orgId, data: { invitationId: id } })
  const { done } = await commit(deps, {
    done: recorded(revokeInvitation(deps.db, orgId, id, deps.clock.now()), revoked),
  })
  if (done.length === 0) throw problem('invitation.not_found')
}

/** Nobody gives what they lack (`core/authz/authority.ts`). `mayGive` asks for no more in SQL when the mail is answered. */
async function requireMayGive(
  deps: InviteDeps,
  cause: Cause,
  actor: Actor,
  scope: OrgScope,
  roles: readonly string[],
): Promise<void> {
  const { permissionsByRole } = scope.policies
  if (roles.some((role) => !permissionsByRole.has(role))) throw problem('invitation.role_unknown')
  if (roles.some((role) => role !== 'member')) cause.requireFresh()
  assertMayGiveRoles(await authorityIn(deps, actor, scope), roles, (options) =>
    problem('invitation.role_refused', options),
  )
}

/** Throws `invitation.domain_refused`. */
function assertAccepts(org: ScopedOrg, actor: Actor, email: string): void {
  const { emailDomains } = settingsOf(org)
  if (emailDomains === null || emailDomains.includes(domainOf(email))) return
  const facts = [{ path: 'org.settings.emailDomains', value: emailDomains }]
  throw problem('invitation.domain_refused', { denied: { actor, orgId: org.id, facts, change: null } })
}

async function authorityIn(deps: InviteDeps, actor: Actor, scope: OrgScope): Promise<Authority> {
  return authorityOf(actor, instanceIn(await scopesById(deps, [INSTANCE])), scope)
}

/** The person who answers for the invitation: it is void when they may not invite any more. Null for a machine. */
function inviterOf(actor: Actor): string | null {
  const id = actor.actingFor?.at(-1)?.id ?? actor.id
  return id.startsWith('usr_') ? id : null
}

const nameOf = (actor: Actor): string => (isSession(actor) ? actor.user.name : '')

/** Takes the points of a mail. Throws `request.rate_limited`. */
async function take(
  { limiter }: InviteDeps,
  actor: Actor,
  org: ScopedOrg,
  { before = [], after = [] }: { before?: readonly Take[]; after?: readonly Take[] } = {},
): Promise<void> {
  const taken = await limiter.takeInTurn([
    ...before,
    ['invitation:inviter', actor.limiterKey],
    ['invitation:org', org.id],
    ...after,
  ])
  const refused = taken.find(({ allowed }) => !allowed)
  if (refused) throw rateLimited(refused)
}

async function newLink({ config, random }: InviteDeps): Promise<{ link: string; hash: string }> {
  const token = base64url(random.bytes(TOKEN_BYTES))
  return { link: `${config.appUrl}${PAGE}#token=${token}`, hash: await hashToken(token) }
}

const mailing = async (
  deps: InviteDeps,
  cause: Cause,
  actor: Actor,
  { org, email, link }: { org: ScopedOrg; email: string; link: string },
  event: NewEvent,
) => {
  const data = { org: org.name, inviter: nameOf(actor), link, minutes: TTL_MS / MINUTE_MS }
  // No user: the mail has the language of the request, whether the address has an account or not.
  const { branding } = settingsOf(org)
  const shown = branding === null ? undefined : await shownName(deps.config, { name: org.name, branding })
  const look = shown === undefined ? undefined : { name: shown, color: branding?.color ?? null }
  const content = { template: 'invitation', data } as const
  return queueMail(deps, { userId: null, eventId: event.id, content, to: email, look, cause }, happened(event))
}
