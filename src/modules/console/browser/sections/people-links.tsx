/** @jsxImportSource preact */
/** Ids of accounts, with a link for who may see the page behind it. */
import { can } from '../viewer.ts'
import { accountName } from './account-names.ts'

export function AccountId({ id, orgId }: { id: string; orgId: string | null }) {
  const name = accountName(id)
  const text = name === id ? <code class="id">{id}</code> : <bdi title={id}>{name}</bdi>
  const href = hrefOf(id, orgId)
  return href === undefined ? text : <a href={href}>{text}</a>
}

function hrefOf(id: string, orgId: string | null): string | undefined {
  if (id.startsWith('usr_')) return can('users:read') ? `/console/users/${id}` : undefined
  if (!id.startsWith('sva_')) return undefined
  if (orgId !== null) return `/console/orgs/${orgId}/service-accounts?item=${id}`
  return can('service-accounts:read') ? `/console/service-accounts?item=${id}` : undefined
}
