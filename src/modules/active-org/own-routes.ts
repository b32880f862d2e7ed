/** The organisation in which a session acts. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { toOrg } from '../orgs/schema.ts'
import { askTokenIssue } from '../actions/ask-actions.ts'
import { signAccessToken } from '../signing-keys/access-tokens.ts'
import { AnySwitchedOrg, SwitchOrg } from './schema.ts'
import { switchOrg } from './switch-org.ts'

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'active-org', prefix: '/v1/me/active-org', normalize: false }).use(access(deps)).post(
    '/',
    async ({ actor, body, cause }) => {
      const by = cause(actor)
      const { user, sessionId, amr, impersonatorId } = actor
      // Before anything changes: a cookie goes on, and gets no new value.
      const asked =
        actor.sessionKind === 'cookie'
          ? undefined
          : await askTokenIssue(deps, by, {
              kind: 'session',
              userId: user.id,
              sessionId,
              clientId: null,
              orgId: body.orgId,
              audience: deps.config.appUrl,
              scopes: null,
              amr,
              ...(impersonatorId === null ? {} : { impersonatorId }),
            })
      const { org, active } = await switchOrg(deps, by, actor, body.orgId)
      const answer = { org: org && toOrg(org) }
      if (asked === undefined) return answer
      const accessToken = await signAccessToken(deps, { ...actor, org: active }, asked)
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
          'action.denied',
          'action.unavailable',
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
