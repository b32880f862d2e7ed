/** The organisation in which a session acts. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { toOrg } from '../orgs/schema.ts'
import { signAccessToken } from '../signing-keys/access-tokens.ts'
import { AnySwitchedOrg, SwitchOrg } from './schema.ts'
import { switchOrg } from './switch-org.ts'

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'active-org', prefix: '/v1/me/active-org', normalize: false }).use(access(deps)).post(
    '/',
    async ({ actor, body, cause }) => {
      const { org, active } = await switchOrg(deps, cause(actor), actor, body.orgId)
      const answer = { org: org && toOrg(org) }
      if (actor.sessionKind === 'cookie') return answer
      const accessToken = await signAccessToken(deps, { ...actor, org: active })
      return { accessToken, tokenType: 'Bearer' as const, expiresIn: deps.config.accessTtlSeconds, ...answer }
    },
    {
      actor: 'session',
      body: SwitchOrg,
      response: {
        200: AnySwitchedOrg,
        ...failures(
          'org.not_found',
          'org.second_factor_required',
          'org.session_too_old',
          'org.sign_in_method_refused',
          'mfa.enrolment_required',
        ),
      },
      detail: {
        tags: ['Me'],
        operationId: 'switchOrg',
        summary: 'Choose the organisation in which I act',
        description:
          'Access tokens of this session then have `org_id` and `org_role`. A refresh keeps it. Earlier access tokens keep their claims until they expire.',
      },
    },
  )
