/** @jsxImportSource preact */
import { Heading } from '../../../../browser/heading.tsx'
import { useRights } from '../rights.ts'
import type { SectionProps } from '../sections.ts'
import { OAuthClients } from './oauth-clients/list.tsx'

export default function InstanceOAuthClients({ path: [item] }: SectionProps) {
  const rights = useRights(null)
  return (
    <>
      <Heading
        title="OAuth clients"
        lead="Applications in which people sign in with their account here, and programs with tokens of their own."
      />
      <OAuthClients orgId={null} rights={rights} item={item} />
    </>
  )
}
