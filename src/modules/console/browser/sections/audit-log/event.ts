/** What `GET /v1/audit-events` answers. */
export interface AuditEvent {
  id: string
  type: string
  result: 'success' | 'failure'
  at: string
  actorId: string | null
  userId: string | null
  sessionId: string | null
  address: string | null
  userAgent: string | null
  requestId: string | null
  orgId: string | null
  actingFor: readonly { kind: string; id: string }[] | null
  data: Record<string, unknown>
}

/** Where the console shows what has this id. Undefined: it has no page. */
export function pageOf(id: string): string | undefined {
  if (id.startsWith('usr_')) return `/console/users/${encodeURIComponent(id)}`
  if (id.startsWith('org_')) return `/console/orgs/${encodeURIComponent(id)}`
  if (id.startsWith('cli_')) return `/console/oauth-clients?${new URLSearchParams({ item: id })}`
  return undefined
}
