/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { CheckField, TextField, useFields } from '../../../../../browser/fields.tsx'
import { LanguageField, NameFields, RolesField } from './user-fields.tsx'
import type { User } from './user.ts'
import { userPath } from './user.ts'
import type { TabProps } from './user-page.tsx'

/** Sends only what was changed, so a field that another person changed meanwhile keeps its new value. */
export function EditUser({ user, keep, reload, onClose }: TabProps & { onClose: () => void }) {
  const fields = useFields({
    email: user.email,
    name: user.name,
    username: user.username ?? '',
    locale: user.locale ?? '',
    emailVerified: user.emailVerified,
  })
  const roles = useSignal<readonly string[]>(user.roles)
  const { email, name, username, locale, emailVerified } = fields.value
  const sameRoles = [...roles.value].sort().join() === [...user.roles].sort().join()
  const body = {
    ...(email !== user.email && { email: email.trim() }),
    ...(name !== user.name && { name: name.trim() }),
    ...(username !== (user.username ?? '') && { username: username.trim() === '' ? null : username.trim() }),
    ...(locale !== (user.locale ?? '') && { locale: locale === '' ? null : locale }),
    ...(emailVerified !== user.emailVerified && { emailVerified }),
    ...(!sameRoles && { roles: roles.value }),
  }
  const onlyRoles = Object.keys(body).join() === 'roles'
  return (
    <ActDialog<User>
      title="Edit the user"
      call={{ method: 'PATCH', path: userPath(user.id), body }}
      cli={onlyRoles ? ['users', 'set-roles', user.id, ...roles.value] : undefined}
      submit="Save"
      done="The user is changed."
      check={() => Object.keys(body).length > 0}
      onDone={(changed) => keep(changed, undefined)}
      onStale={() => void reload()}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField {...fields.text('email')} label="E-mail" type="email" required problem={problem} />
          <CheckField {...fields.check('emailVerified')} label="The address is verified" />
          <NameFields name={fields.text('name')} username={fields.text('username')} problem={problem} />
          <LanguageField {...fields.text('locale')} />
          <RolesField
            had={user.roles}
            hint="They are in force with the next request."
            value={roles.value}
            onValue={(chosen) => {
              roles.value = chosen
            }}
            problem={problem}
          />
        </>
      )}
    </ActDialog>
  )
}
