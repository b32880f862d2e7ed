/** @jsxImportSource preact */
import { Heading } from '../../../../browser/heading.tsx'
import { useRights } from '../rights.ts'
import { Rules } from './rules/list.tsx'

export default function InstanceRules() {
  const rights = useRights(null)
  return (
    <>
      <Heading
        title="Rules"
        lead="Conditions that allow or deny, for the whole instance. A deny rule wins over every role."
      />
      <Rules orgId={null} rights={rights} />
    </>
  )
}
