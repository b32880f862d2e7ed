import type { Actor } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'
import { decisionOf } from './authorize.ts'
import type { Circumstances } from './question.ts'
import type { Scope } from './scope.ts'

/** `auth.forbidden` after `isAllowed` said no, with the decision that `POST /v1/authz/explain` shows. */
export const forbidden = (
  actor: Actor,
  permission: string,
  instance: Scope,
  org?: Scope,
  circumstances?: () => Circumstances,
  detail?: string,
): Problem =>
  problem('auth.forbidden', {
    ...(detail === undefined ? {} : { detail }),
    denied: { actor, orgId: org?.id ?? null, asked: decisionOf(actor, permission, instance, org, circumstances) },
  })
