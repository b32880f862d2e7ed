/** An explanation of the server (`POST /v1/authz/explain`) in words. */
import type { Explanation as Schema } from '../../../../authz/schema.ts'
import type { Static } from '@sinclair/typebox'

export type Explanation = Static<typeof Schema>
export type Change = NonNullable<Explanation['change']>

const place = (orgId: string | null | undefined): string =>
  orgId === null || orgId === undefined ? 'the instance' : 'the organisation'

/** What decided. */
export function deciderOf({ decision, decidedBy }: Explanation): string {
  const { kind, role = '', orgId, permission = '', name = '', effect, reason, missing, code = '' } = decidedBy
  switch (kind) {
    case 'role':
      return `The role “${role}” of ${place(orgId)} has the permission ${permission}.`
    case 'policy': {
      const rule = `The ${effect ?? ''} rule “${name}”`
      if (reason === 'missing')
        return `${rule} reads ${missing ?? 'a field'}, which is missing. So it ${decision ? 'allows' : 'denies'}.`
      if (reason === 'error') return `${rule} could not be evaluated. So it ${decision ? 'allows' : 'denies'}.`
      return `${rule} applies.`
    }
    case 'scope':
      return `The key or the token has no scope ${permission}.`
    case 'requirement':
      return `The server requires something else first (${code}).`
    default:
      return decision ? 'Nothing forbids it.' : 'No role and no rule allows it.'
  }
}

/** The one change after which it would be allowed. */
export function changeOf(change: Change): string {
  const { kind, path = '', value, role = '', orgId, permission = '', of } = change
  switch (kind) {
    case 'attribute':
      return `It would be allowed if ${path} were ${JSON.stringify(value)}.`
    case 'role':
      return `It would be allowed with the role “${role}” of ${place(orgId)}.`
    case 'membership':
      return `It would be allowed for a member of the organisation with the role “${role}”.`
    default:
      if (of === 'api-key') return `It would be allowed if the API key had the scope ${permission}.`
      if (of === 'client') return `It would be allowed if the access token had the scope ${permission}.`
      return `It would be allowed if the role “${role}” of ${place(orgId)} had the permission ${permission}.`
  }
}
