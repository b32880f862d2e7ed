/** Where the console shows what has this id. Undefined: it has no page. */
export function pageOf(id: string): string | undefined {
  if (id.startsWith('usr_')) return `/console/users/${encodeURIComponent(id)}`
  if (id.startsWith('org_')) return `/console/orgs/${encodeURIComponent(id)}`
  if (id.startsWith('cli_')) return `/console/oauth-clients?${new URLSearchParams({ item: id })}`
  return undefined
}
