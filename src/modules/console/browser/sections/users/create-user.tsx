/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { CheckField, TextField, useFields } from '../../../../../browser/fields.tsx'
import { NameFields, RolesField } from './user-fields.tsx'
import type { User } from './user.ts'

export function CreateUser({ onClose, onDone }: { onClose: () => void; onDone: (user: User) => void }) {
  const fields = useFields({ email: '', name: '', username: '', password: '', verified: true })
  const roles = useSignal<readonly string[]>(['user'])
  const { email, name, username, password, verified } = fields.value
  const body = {
    email: email.trim(),
    ...(name.trim() !== '' && { name: name.trim() }),
    ...(username.trim() !== '' && { username: username.trim() }),
    ...(password !== '' && { password }),
    emailVerified: verified,
    roles: roles.value,
  }
  return (
    <ActDialog<User>
      title="Create a user"
      call={{ method: 'POST', path: '/v1/users', body }}
      shownBody={password === '' ? body : { ...body, password: '…' }}
      // The command makes a password if none is given, and takes no more than these.
      cli={
        password === '' || 'username' in body || 'locale' in body
          ? undefined
          : [
              ...['users', 'create', `--email=${body.email}`, ...(name.trim() === '' ? [] : [`--name=${name.trim()}`])],
              ...[`--role=${roles.value.join(',')}`, '--password-stdin', ...(verified ? [] : ['--unverified'])],
            ]
      }
      submit="Create user"
      done="The user is created."
      onDone={onDone}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField {...fields.text('email')} label="E-mail" type="email" required autofocus problem={problem} />
          <NameFields name={fields.text('name')} username={fields.text('username')} problem={problem} />
          <TextField
            {...fields.text('password')}
            label="Password"
            type="password"
            autocomplete="new-password"
            hint="Leave it empty: then the person chooses one with “Forgot password?”, or signs in by mail."
            problem={problem}
          />
          <RolesField
            value={roles.value}
            onValue={(chosen) => {
              roles.value = chosen
            }}
            problem={problem}
          />
          <CheckField {...fields.check('verified')} label="The address is verified" />
        </>
      )}
    </ActDialog>
  )
}
