/** @jsxImportSource preact */
import { Heading } from '../../../../browser/heading.tsx'
import { useRights } from '../rights.ts'
import { Notifications } from './notifications/list.tsx'

export default function InstanceNotifications() {
  const rights = useRights(null)
  return (
    <>
      <Heading
        title="Notifications"
        lead="Messages to people, in the app and by mail. Each person chooses which kinds arrive, and how."
      />
      <Notifications orgId={null} rights={rights} />
    </>
  )
}
