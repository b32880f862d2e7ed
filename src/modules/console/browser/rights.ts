/** What the person may do, in the instance and in an organisation. Rules can allow or deny more in single cases. */
import { useLoaded } from '../../../browser/loaded.ts'

export interface Rights {
  /** False until the server has answered. */
  known: boolean
  may: (permission: string) => boolean
  permissions: readonly string[]
}

interface OwnPermissions {
  permissions: readonly string[]
}

/** Only an administrator of the instance has it there, and has every permission in every organisation. */
const EVERYWHERE = 'orgs:transfer'

/** `orgId` null: in the instance. */
export function useRights(orgId: string | null): Rights {
  const instance = useLoaded<OwnPermissions>('/v1/me/permissions')
  const everywhere = instance.value?.permissions.includes(EVERYWHERE) === true
  const asksOrg = orgId !== null && instance.value !== undefined && !everywhere
  const org = useLoaded<OwnPermissions>(asksOrg ? `/v1/me/permissions?orgId=${orgId}` : undefined)
  const permissions = [...new Set([...(instance.value?.permissions ?? []), ...(org.value?.permissions ?? [])])]
  return {
    known: instance.value !== undefined && (!asksOrg || org.value !== undefined || org.problem !== undefined),
    may: (permission) => permissions.includes(permission),
    permissions,
  }
}
