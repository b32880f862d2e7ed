/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { When } from '../../../../../browser/detail.tsx'
import { queryValue, setQuery } from '../../../../../browser/navigation.ts'
import { FilterSelect, SearchBox } from '../../../../../browser/search-box.tsx'
import type { Member } from '../../../../members/schema.ts'
import type { Role } from '../../../../roles/schema.ts'
import { usePages, useWhole } from '../../lists.ts'
import { RowAct, Rows } from '../../rows.tsx'
import { can } from '../../viewer.ts'
import { ChangeMemberRoles, RemoveMember, TransferTo } from './member-acts.tsx'
import type { OrgTabProps } from './organisation.tsx'
import { RoleBadges } from './role-badges.tsx'

type Open = { act: 'roles' | 'remove' | 'transfer'; member: Member }

export function Members({ org, orgId, rights }: OrgTabProps) {
  const q = queryValue('q')
  const role = queryValue('role')
  const members = usePages<Member>(`/v1/orgs/${orgId}/members`, { q, role })
  const roles = useWhole<Role>(rights.may('roles:read') ? `/v1/orgs/${orgId}/roles` : undefined)
  const open = useSignal<Open | undefined>(undefined)
  const names = roles.items?.map(({ name }) => name) ?? []
  const start = (act: Open['act'], member: Member) => () => (open.value = { act, member })
  const props = { org, onClose: () => (open.value = undefined), reload: members.reload }
  return (
    <>
      <div class="toolbar">
        <SearchBox label="Search members" value={q} onSearch={(text) => setQuery({ q: text })} />
        <FilterSelect
          label="Role"
          value={role}
          options={[['', 'Every role'], ...names.map((name) => [name, name] as const)]}
          onValue={(name) => setQuery({ role: name })}
        />
      </div>
      <Rows
        label="Members"
        of={members}
        columns={['Person', 'Roles', 'Since']}
        rowKey={({ userId }) => userId}
        empty={q === '' && role === '' ? 'The organisation has no members.' : 'No member matches.'}
        cells={(member) => [<Person {...member} />, <RoleBadges roles={member.roles} />, <When at={member.joinedAt} />]}
        acts={(member) => (
          <>
            {rights.may('members:write') && (
              <RowAct name={member.email} onPress={start('roles', member)}>
                Roles
              </RowAct>
            )}
            {rights.may('orgs:transfer') && !member.roles.includes('owner') && (
              <RowAct name={member.email} onPress={start('transfer', member)}>
                Make owner
              </RowAct>
            )}
            {rights.may('members:write') && (
              <RowAct name={member.email} tone="bad" onPress={start('remove', member)}>
                Remove
              </RowAct>
            )}
          </>
        )}
      />
      {open.value?.act === 'roles' && <ChangeMemberRoles {...props} member={open.value.member} roles={names} />}
      {open.value?.act === 'remove' && <RemoveMember {...props} member={open.value.member} />}
      {open.value?.act === 'transfer' && <TransferTo {...props} member={open.value.member} />}
    </>
  )
}

const Person = ({ userId, name, email }: Pick<Member, 'userId' | 'name' | 'email'>) => (
  <div class="who">
    <bdi>{can('users:read') ? <a href={`/console/users/${userId}`}>{name || email}</a> : name || email}</bdi>
    {name !== '' && <bdi class="soft">{email}</bdi>}
  </div>
)
