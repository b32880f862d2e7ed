/** @jsxImportSource preact */
import { Heading } from '../../../../browser/heading.tsx'
import { useRights } from '../rights.ts'
import { Resources } from './resources/list.tsx'

export default function InstanceResources() {
  const rights = useRights(null)
  return (
    <>
      <Heading title="Resources" lead="Your APIs that accept our access tokens, such as an MCP server." />
      <Resources orgId={null} rights={rights} />
    </>
  )
}
