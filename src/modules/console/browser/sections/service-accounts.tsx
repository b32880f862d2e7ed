/** @jsxImportSource preact */
import { Heading } from '../../../../browser/heading.tsx'
import { useRights } from '../rights.ts'
import { ServiceAccounts } from './service-accounts/list.tsx'

export default function InstanceServiceAccounts() {
  const rights = useRights(null)
  return (
    <>
      <Heading title="Service accounts" lead="Accounts of programs. They have roles and act with API keys alone." />
      <ServiceAccounts orgId={null} rights={rights} />
    </>
  )
}
