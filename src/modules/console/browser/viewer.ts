/**
 * Who looks at the console, and what they may do. A component that calls `can('users:write')` is drawn again when it changes.
 * It only hides what would be refused: the API decides.
 */
import { computed, signal } from '@preact/signals'
import { call, type Problem } from '../../../browser/api.ts'

export interface Me {
  id: string
  email: string
  name: string
  roles: readonly string[]
  /** The administrator who acts as this person. */
  act?: { sub: string }
}

export interface OwnOrg {
  org: { id: string; name: string; slug: string; deletedAt?: string }
  roles: readonly string[]
}

export const me = signal<Me | undefined>(undefined)
export const instancePermissions = signal<ReadonlySet<string>>(new Set())
/** Organisations in which the person is more than a member. */
export const ownOrgs = signal<readonly OwnOrg[]>([])
const orgPermissions = signal<{ orgId: string; names: ReadonlySet<string> } | undefined>(undefined)
export const viewerProblem = signal<Problem | undefined>(undefined)

/** In the instance, or in one organisation: there, what the instance gives counts too. */
export const can = (permission: string, orgId?: string): boolean =>
  instancePermissions.value.has(permission) ||
  (orgId !== undefined && orgPermissions.value?.orgId === orgId && orgPermissions.value.names.has(permission))

/** Whether they see organisations only as one of their people. */
export const isOrgOwner = computed(() => ownOrgs.value.length > 0 && !instancePermissions.value.has('orgs:read'))

/** A role was taken away while a page was open. That page says so; the next one shows what is left. */
let isStale = false
export const noteRefusal = (): void => {
  isStale = true
}
export const loadViewerIfStale = (): void => {
  if (isStale) void loadViewer()
}

export async function loadViewer(): Promise<void> {
  const [account, permissions, orgs] = await Promise.all([
    call<Me>('GET', '/v1/me'),
    call<{ permissions: string[] }>('GET', '/v1/me/permissions'),
    call<{ items: OwnOrg[] }>('GET', '/v1/me/orgs?limit=100'),
  ])
  const failed = [account, permissions, orgs].find((answer) => !answer.ok)
  isStale = false
  viewerProblem.value = failed && !failed.ok ? failed.problem : undefined
  if (!account.ok || !permissions.ok || !orgs.ok) return
  instancePermissions.value = new Set(permissions.body.permissions)
  ownOrgs.value = orgs.body.items.filter(({ roles }) => roles.some((role) => role !== 'member'))
  me.value = account.body
}

/** Reads what the person may do in this organisation, once, and again after `again`. */
export async function loadOrgPermissions(orgId: string, again = false): Promise<void> {
  if (!again && orgPermissions.value?.orgId === orgId) return
  const answer = await call<{ permissions: string[] }>('GET', `/v1/me/permissions?${new URLSearchParams({ orgId })}`)
  if (answer.ok) orgPermissions.value = { orgId, names: new Set(answer.body.permissions) }
  else if (answer.problem.code !== 'offline') orgPermissions.value = { orgId, names: new Set() }
}

/** Whether `loadOrgPermissions` has an answer. */
export const knowsOrg = (orgId: string): boolean => orgPermissions.value?.orgId === orgId
