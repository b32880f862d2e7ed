/** The question that a request of our own routes asks. docs/authzen.md lists the attributes. */
import type { Actor, ClientPrincipal, SessionPrincipal } from '../../deps.ts'
import { iso } from '../../lib/iso-time.ts'
import type { Attributes, Circumstances, Question, QuestionActor } from './model.ts'

const nothingKnown: Circumstances = { context: {}, resourceId: null }

/** `session` is a person: a rule sees the type `user`, as AuthZEN does. `api-key` is `api_key`. */
export const typeOfActor = ({ kind }: Pick<Actor, 'kind'>): string =>
  kind === 'session' ? 'user' : kind.replaceAll('-', '_')

/** The type of the resource is the noun of the permission. `orgId`: the organisation that it belongs to. */
export function questionOf(
  actor: Actor,
  permission: string,
  orgId: string | null,
  { context, resourceId }: Circumstances = nothingKnown,
): Question {
  return {
    actor: {
      type: typeOfActor(actor),
      id: actor.id,
      instanceRoles: actor.roles,
      orgRoles: (orgId === null ? null : actor.memberships.get(orgId)) ?? null,
      scopes: actor.scopes,
      ...limitOf(actor),
      attributes: attributesOf(actor),
    },
    permission,
    resource: {
      type: permission.split(':', 1)[0] ?? permission,
      id: resourceId,
      attributes: orgId === null ? {} : { orgId },
    },
    context,
  }
}

/** A person who is signed in. */
export const isSession = (actor: Actor): actor is SessionPrincipal => actor.kind === 'session'

/** An OAuth client that calls our own API. */
export const isClient = (actor: Pick<Actor, 'kind'>): actor is ClientPrincipal => actor.kind === 'client'

/**
 * Of a key that is limited to an organisation, and of a client of one. The organisation of a session, or of any other client,
 * is only its active one.
 */
export function limitOf(actor: Pick<Actor, 'kind' | 'orgId'>): Pick<QuestionActor, 'limitedTo'> {
  const limit = isClient(actor) ? actor.limitedToOrg : actor.kind === 'api-key' ? actor.orgId : null
  return limit === null ? {} : { limitedTo: limit }
}

/** The attributes of a principal. A field that a kind of principal does not have is missing, so a deny rule on it denies. */
export function attributesOf(actor: Actor): Attributes {
  const common = actor.orgId === null ? {} : { orgId: actor.orgId }
  if (isClient(actor) && actor.authenticatedAt !== null)
    return {
      ...common,
      hasFactor: actor.hasFactor,
      amr: actor.amr,
      mfa: actor.amr.includes('mfa'),
      authenticatedAt: iso(actor.authenticatedAt),
    }
  if (!isSession(actor)) return common
  const { user, amr } = actor
  return {
    ...common,
    ...userAttributes({ ...user, hasFactor: actor.hasFactor }),
    amr,
    mfa: amr.includes('mfa'),
    authenticatedAt: iso(actor.authenticatedAt),
    anonymous: actor.anonymous,
    impersonated: actor.impersonatorId !== null,
  }
}

export interface KnownUser {
  email: string
  emailVerified: boolean
  name: string
  createdAt: number
  hasFactor: boolean
  publicMetadata?: unknown
}

/** What is known of a person without a session. */
export const userAttributes = (user: KnownUser): Attributes => ({
  email: user.email,
  emailVerified: user.emailVerified,
  name: user.name,
  createdAt: iso(user.createdAt),
  hasFactor: user.hasFactor,
  ...(user.publicMetadata === undefined ? {} : { publicMetadata: user.publicMetadata }),
})
