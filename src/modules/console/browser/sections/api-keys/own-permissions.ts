/** What the person can give a key: the permissions that they have there, with their meanings where they may read them. */
import { useLoaded } from '../../../../../browser/loaded.ts'
import type { ListedPermission } from '../../../../permissions/schema.ts'
import { useWhole, withQuery } from '../../lists.ts'
import { can } from '../../viewer.ts'

export function useOwnPermissions(orgId: string | null): readonly ListedPermission[] {
  const instance = useLoaded<{ permissions: string[] }>('/v1/me/permissions')
  const everywhere = can('orgs:transfer')
  const org = useLoaded<{ permissions: string[] }>(
    orgId === null || everywhere ? undefined : `/v1/me/permissions?orgId=${orgId}`,
  )
  const listed = useWhole<ListedPermission>(
    can('permissions:read', orgId ?? undefined) ? withQuery('/v1/permissions', { orgId }) : undefined,
  )
  const place = orgId === null ? 'instance' : 'organisation'
  const names = new Set([...(instance.value?.permissions ?? []), ...(org.value?.permissions ?? [])])
  return [...names].flatMap((name) => {
    const known = listed.items?.find((one) => one.name === name)
    if (known === undefined) return [{ name, description: '', builtIn: true, validIn: [] }]
    return orgId === null || known.validIn.includes(place) ? [known] : []
  })
}
