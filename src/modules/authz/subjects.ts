/** The subjects of decisions: the caller as the server knows it, and others as the database knows them. */
import type { Attributes, QuestionActor } from '../../core/authz/model.ts'
import { attributesOf, limitOf, typeOfActor, userAttributes } from '../../core/authz/question.ts'
import type { Memberships } from '../../core/authz/scope.ts'
import type { Actor } from '../../deps.ts'
import { iso } from '../../lib/iso-time.ts'
import { toMemberships } from '../sessions/principals.ts'
import type { anySubjects, serviceAccountSubjects } from './subject-queries.ts'

export type UserSubject = Awaited<ReturnType<typeof anySubjects>>[number]
export type ServiceAccountSubject = Awaited<ReturnType<typeof serviceAccountSubjects>>[number]

/** What is known of a subject. `memberships` has the organisations that are asked about. */
export interface KnownSubject
  extends Pick<QuestionActor, 'type' | 'id' | 'instanceRoles' | 'scopes' | 'limitedTo' | 'attributes'> {
  memberships: Memberships
}

/** A question about the subject. Attributes that the caller names never replace what the server knows. */
export const questionActor = (
  { memberships, attributes, ...subject }: KnownSubject,
  orgId: string | null,
  properties: Attributes = {},
): QuestionActor => ({
  ...subject,
  orgRoles: (orgId === null ? null : memberships.get(orgId)) ?? null,
  attributes: { ...properties, ...attributes },
})

/** With the attributes of the session or API key. */
export const callerSubject = (actor: Actor): KnownSubject => ({
  type: typeOfActor(actor),
  id: actor.id,
  instanceRoles: actor.roles,
  scopes: actor.scopes,
  ...limitOf(actor),
  memberships: actor.memberships,
  attributes: attributesOf(actor),
})

/** Without a session: `amr`, `mfa` and `authenticatedAt` are missing. */
export const userSubject = (user: UserSubject): KnownSubject => ({
  type: 'user',
  id: user.id,
  instanceRoles: user.instanceRoles,
  scopes: null,
  memberships: toMemberships(user.memberships),
  attributes: userAttributes(user),
})

export const serviceAccountSubject = ({ id, orgId, name, createdAt, roles }: ServiceAccountSubject): KnownSubject => ({
  type: 'service_account',
  id,
  instanceRoles: orgId === null ? roles : [],
  scopes: null,
  memberships: new Map(orgId === null ? [] : [[orgId, roles]]),
  attributes: { name, createdAt: iso(createdAt) },
})

/** Somebody whom the server does not know: no role, no attribute. */
export const unknownSubject = (type: string, id: string): KnownSubject => ({
  type,
  id,
  instanceRoles: [],
  scopes: null,
  memberships: new Map(),
  attributes: {},
})
