/** The operations behind `cli orgs`. */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { systemCause } from '../core/events/new-event.ts'
import type { Deps } from '../deps.ts'
import { problem } from '../errors.ts'
import { type Member, RoleNames, toMember } from '../modules/members/schema.ts'
import { addMember, pageOfMembers } from '../modules/members/service.ts'
import { orgById, orgBySlug } from '../modules/orgs/queries.ts'
import { CreateOrg, type Org, OrgId, toOrg } from '../modules/orgs/schema.ts'
import { createOrg, deleteOrg, pageOfOrgs, restoreOrg } from '../modules/orgs/service.ts'
import { findUser, IdOrEmail } from './find-user.ts'
import { parse } from './parse-input.ts'

const IdOrSlug = Type.String({ minLength: 1, maxLength: 64, description: 'Id or slug.' })

const OrgList = Type.Object(
  {
    q: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    /** Absent: all. */
    limit: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: false },
)
const OneOrg = Type.Object({ org: IdOrSlug }, { additionalProperties: false })
const NewOrg = Type.Object({ ...CreateOrg.properties, owner: IdOrEmail }, { additionalProperties: false })
const NewMember = Type.Object({ org: IdOrSlug, user: IdOrEmail, roles: RoleNames }, { additionalProperties: false })

/** The input and the items of each operation. */
export interface OrgOperations {
  'orgs.list': { input: Static<typeof OrgList>; item: Org }
  'orgs.show': { input: Static<typeof OneOrg>; item: { org: Org } | { member: Member } }
  'orgs.create': { input: Static<typeof NewOrg>; item: Org }
  'orgs.delete': { input: Static<typeof OneOrg>; item: Org }
  'orgs.restore': { input: Static<typeof OneOrg>; item: Org }
  'orgs.add-member': { input: Static<typeof NewMember>; item: Member }
}
type Items<Name extends keyof OrgOperations> = AsyncGenerator<{ item: OrgOperations[Name]['item'] }, void, undefined>

const PAGE = 100

export const orgOperations: { [Name in keyof OrgOperations]: (deps: Deps, input: unknown) => Items<Name> } = {
  async *'orgs.list'(deps, input) {
    const { limit = Number.POSITIVE_INFINITY, ...query } = parse(OrgList, input)
    let left = limit
    let cursor: string | null = null
    do {
      const page = await pageOfOrgs(deps, { ...query, limit: Math.min(PAGE, left), ...(cursor ? { cursor } : {}) })
      for (const org of page.items) yield { item: toOrg(org) }
      left -= page.items.length
      cursor = page.nextCursor
    } while (cursor !== null && left > 0)
  },

  async *'orgs.show'(deps, input) {
    const org = await found(deps, parse(OneOrg, input).org)
    yield { item: { org: toOrg(org) } }
    let cursor: string | null = null
    do {
      const page = await pageOfMembers(deps, org.id, { limit: PAGE, ...(cursor ? { cursor } : {}) })
      for (const member of page.items) yield { item: { member: toMember(member) } }
      cursor = page.nextCursor
    } while (cursor !== null)
  },

  async *'orgs.create'(deps, input) {
    const { owner, ...org } = parse(NewOrg, input)
    yield { item: toOrg(await createOrg(deps, systemCause, (await findUser(deps, owner)).id, org)) }
  },

  async *'orgs.delete'(deps, input) {
    const { id } = await found(deps, parse(OneOrg, input).org)
    await deleteOrg(deps, systemCause, id)
    yield { item: toOrg(await found(deps, id)) }
  },

  async *'orgs.restore'(deps, input) {
    const { id } = await found(deps, parse(OneOrg, input).org)
    yield { item: toOrg(await restoreOrg(deps, systemCause, id)) }
  },

  async *'orgs.add-member'(deps, input) {
    const { org, user, roles } = parse(NewMember, input)
    const { id: orgId } = await found(deps, org)
    yield {
      item: toMember(await addMember(deps, systemCause, { orgId, userId: (await findUser(deps, user)).id, roles })),
    }
  },
}

/** Throws `org.not_found`. An organisation in its grace period is found. */
async function found({ db }: Deps, name: string) {
  const [org] = await (Value.Check(OrgId, name) ? orgById(db, name) : orgBySlug(db, name))
  if (!org) throw problem('org.not_found')
  return org
}
