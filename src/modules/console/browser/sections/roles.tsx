/** @jsxImportSource preact */
import { Heading } from '../../../../browser/heading.tsx'
import { useRights } from '../rights.ts'
import { Roles } from './roles/list.tsx'

export default function InstanceRoles() {
  const rights = useRights(null)
  return (
    <>
      <Heading title="Roles" lead="Lists of permissions that people hold in the whole instance." />
      <Roles orgId={null} rights={rights} />
    </>
  )
}
