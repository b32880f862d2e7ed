/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge, When } from '../../../../../browser/detail.tsx'
import { usePages } from '../../lists.ts'
import { RowAct, Rows } from '../../rows.tsx'
import { InvitePeople } from './invite-people.tsx'
import type { OrgTabProps } from './organisation.tsx'
import { RoleBadges } from './role-badges.tsx'

export interface Invitation {
  id: string
  email: string
  roles: readonly string[]
  status: 'pending' | 'expired'
  invitedBy: { userId: string; name: string } | null
  sentAt: string
  expiresAt: string
}

type Open = { act: 'resend' | 'revoke'; invitation: Invitation } | { act: 'invite' }

export function Invitations({ org, orgId, rights }: OrgTabProps) {
  const path = `/v1/orgs/${orgId}/invitations`
  const list = usePages<Invitation>(path)
  const open = useSignal<Open | undefined>(undefined)
  const close = () => (open.value = undefined)
  const shown = open.value
  return (
    <>
      <div class="toolbar">
        <p class="lead">A mail brings a link that works once, within seven days.</p>
        {rights.may('invitations:write') && (
          <button type="button" class="button" onClick={() => (open.value = { act: 'invite' })}>
            Invite people
          </button>
        )}
      </div>
      <Rows
        label="Open invitations"
        of={list}
        columns={['Address', 'Roles', 'Invited by', 'Sent', 'Ends']}
        rowKey={({ id }) => id}
        empty="No invitation is open."
        cells={({ email, roles, status, invitedBy, sentAt, expiresAt }) => [
          <bdi>{email}</bdi>,
          <RoleBadges roles={roles} />,
          invitedBy === null ? <span class="soft">a program</span> : <bdi>{invitedBy.name || invitedBy.userId}</bdi>,
          <When at={sentAt} />,
          status === 'expired' ? <Badge tone="bad">expired</Badge> : <When at={expiresAt} />,
        ]}
        acts={(invitation) =>
          rights.may('invitations:write') && (
            <>
              <RowAct name={invitation.email} onPress={() => (open.value = { act: 'resend', invitation })}>
                Send again
              </RowAct>
              <RowAct name={invitation.email} tone="bad" onPress={() => (open.value = { act: 'revoke', invitation })}>
                Revoke
              </RowAct>
            </>
          )
        }
      />
      {shown?.act === 'invite' && (
        <InvitePeople org={org} canChoose={rights.may('roles:read')} onDone={list.reload} onClose={close} />
      )}
      {shown?.act === 'resend' && (
        <ActDialog
          title={`Send the invitation to ${shown.invitation.email} again?`}
          call={{ method: 'POST', path: `${path}/${shown.invitation.id}/resend` }}
          submit="Send again"
          done="A new mail is on its way."
          onDone={list.reload}
          onStale={list.reload}
          onClose={close}
        >
          <p>The new link works for seven days. The earlier link stops working.</p>
        </ActDialog>
      )}
      {shown?.act === 'revoke' && (
        <ActDialog
          title={`Revoke the invitation to ${shown.invitation.email}?`}
          call={{ method: 'DELETE', path: `${path}/${shown.invitation.id}` }}
          submit="Revoke invitation"
          tone="bad"
          done="The invitation is revoked."
          onDone={list.reload}
          onStale={list.reload}
          onClose={close}
        >
          <p>The link stops working at once. You can invite the person again later.</p>
        </ActDialog>
      )}
    </>
  )
}
