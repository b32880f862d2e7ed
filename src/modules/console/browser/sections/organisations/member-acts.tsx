/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { ChoiceField } from '../../../../../browser/fields.tsx'
import type { Member } from '../../../../members/schema.ts'
import type { Org } from '../../../../orgs/schema.ts'

interface MemberActProps {
  org: Org
  member: Member
  reload: () => void
  onClose: () => void
}

export function ChangeMemberRoles({ org, member, roles, reload, onClose }: MemberActProps & { roles: string[] }) {
  const chosen = useSignal<string[]>(member.roles)
  // A role that was deleted meanwhile stays in the list, so that it can be taken away.
  const options = [...new Set([...roles, ...member.roles])]
  return (
    <ActDialog
      title={`Roles of ${member.email}`}
      call={{ method: 'PATCH', path: memberPath(org, member), body: { roles: chosen.value } }}
      submit="Save roles"
      done="The roles are changed. They are in force with the next request."
      onDone={reload}
      onStale={reload}
      onClose={onClose}
    >
      {(problem) => (
        <ChoiceField
          label={`Roles in ${org.name}`}
          hint="You can give the roles whose permissions you have yourself."
          options={options}
          value={chosen.value}
          onValue={(value) => (chosen.value = value)}
          pointer="/roles"
          problem={problem}
        />
      )}
    </ActDialog>
  )
}

export const RemoveMember = ({ org, member, reload, onClose }: MemberActProps) => (
  <ActDialog
    title={`Remove ${member.email}?`}
    call={{ method: 'DELETE', path: memberPath(org, member) }}
    submit="Remove member"
    tone="bad"
    done="The member is removed."
    onDone={reload}
    onStale={reload}
    onClose={onClose}
  >
    <p>
      The person loses every role in {org.name} with the next request. The API keys that the person has in the
      organisation are revoked. The account stays.
    </p>
  </ActDialog>
)

export const TransferTo = ({ org, member, reload, onClose }: MemberActProps) => (
  <ActDialog
    title={`Make ${member.email} the owner?`}
    call={{ method: 'POST', path: `/v1/orgs/${org.id}/transfer`, body: { userId: member.userId } }}
    submit="Transfer ownership"
    tone="bad"
    typed={org.slug}
    done="The organisation has a new owner."
    onDone={reload}
    onStale={reload}
    onClose={onClose}
  >
    <p>
      {member.email} becomes an owner of {org.name}. If you are an owner, you are an admin afterwards.
    </p>
  </ActDialog>
)

const memberPath = (org: Org, { userId }: Member): string => `/v1/orgs/${org.id}/members/${userId}`
