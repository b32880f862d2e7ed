/** What the person may do in the instance or in an organisation. It only hides what the server would refuse. */
import { useEffect } from 'preact/hooks'
import { can, knowsOrg, loadOrgPermissions } from './viewer.ts'

export interface Rights {
  /** False until the server has answered. */
  known: boolean
  may: (permission: string) => boolean
}

/** Of all that has it in the instance, only the role `admin` does, and that one has every permission in every organisation. */
const EVERYWHERE = 'orgs:transfer'

/** `orgId` null: in the instance. */
export function useRights(orgId: string | null): Rights {
  const everywhere = can(EVERYWHERE)
  useEffect(() => {
    if (orgId !== null && !everywhere) void loadOrgPermissions(orgId)
  }, [orgId, everywhere])
  return {
    known: orgId === null || everywhere || knowsOrg(orgId),
    may: (permission) => can(permission, orgId ?? undefined),
  }
}
