/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { Badge, Code, Details, When } from '../../../../../browser/detail.tsx'
import { languageNames } from '../../../../../lib/languages.ts'
import { can } from '../../viewer.ts'
import { type ActName, Acts, ActsOf } from './acts.tsx'
import { EditUser } from './edit-user.tsx'
import type { TabProps } from './user-page.tsx'

export function Profile(props: TabProps) {
  const { user } = props
  const open = useSignal<ActName | 'edit' | undefined>(undefined)
  const close = () => {
    open.value = undefined
  }
  return (
    <div class="beside">
      <section class="card" aria-label="Profile">
        <Details
          items={[
            ['Id', <Code key="id" text={user.id} />],
            [
              'E-mail',
              <>
                {user.email} {user.emailVerified ? <Badge tone="good">verified</Badge> : <Badge>not verified</Badge>}
              </>,
            ],
            ['Name', user.name],
            ['Username', user.username],
            ['Language of mails', user.locale === null ? null : languageNames[user.locale]],
            ['Roles', user.roles.map((role) => <Badge key={role}>{role}</Badge>)],
            ['Created', <When key="created" at={user.createdAt} />],
            ['Changed', <When key="changed" at={user.updatedAt} />],
          ]}
        />
        {can('users:write') && (
          <div class="buttons">
            <button
              type="button"
              class="button quiet"
              onClick={() => {
                open.value = 'edit'
              }}
            >
              Edit
            </button>
          </div>
        )}
      </section>
      <Acts
        user={user}
        onOpen={(name) => {
          open.value = name
        }}
      />
      {open.value === 'edit' && <EditUser {...props} onClose={close} />}
      {open.value !== undefined && open.value !== 'edit' && <ActsOf {...props} name={open.value} onClose={close} />}
    </div>
  )
}
