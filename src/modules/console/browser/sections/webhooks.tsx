/** @jsxImportSource preact */
import { Heading } from '../../../../browser/heading.tsx'
import { useRights } from '../rights.ts'
import { Webhooks } from './webhooks/list.tsx'

export default function InstanceWebhooks() {
  const rights = useRights(null)
  return (
    <>
      <Heading title="Webhooks" lead="Your servers get a signed request for each event that they ask for." />
      <Webhooks orgId={null} rights={rights} />
    </>
  )
}
