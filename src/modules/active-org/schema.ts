import { type Static, Type } from '@sinclair/typebox'
import { Org, OrgId } from '../orgs/schema.ts'

export const SwitchOrg = Type.Object(
  {
    orgId: Type.Union([OrgId, Type.Null()], { description: 'Null: outside of organisations.' }),
  },
  { additionalProperties: false, title: 'SwitchOrg' },
)

const org = Type.Union([Org, Type.Null()])

export const SwitchedOrg = Type.Object(
  {
    accessToken: Type.String({
      description: 'A new access token of this session, with `org_id` and `org_role`.',
      examples: ['eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c3JfMDE5MGE1ZTAifQ.c2lnbmF0dXJl'],
    }),
    tokenType: Type.Literal('Bearer'),
    expiresIn: Type.Integer({ description: 'Seconds until the access token expires.', examples: [300] }),
    org,
  },
  { title: 'SwitchedOrg' },
)
export type SwitchedOrg = Static<typeof SwitchedOrg>

export const SwitchedOrgOfCookie = Type.Object(
  { org },
  { title: 'SwitchedOrgOfCookie', description: 'The session is in the cookie, so there is no token.' },
)
export type SwitchedOrgOfCookie = Static<typeof SwitchedOrgOfCookie>

export const AnySwitchedOrg = Type.Union([SwitchedOrg, SwitchedOrgOfCookie])
