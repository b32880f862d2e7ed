/** @jsxImportSource preact */
/** Acts as a user: this browser gets a session of the user, and the bar on each page says so. */
import { ActDialog } from '../../../../../browser/act.tsx'
import { leaveFor } from '../../../../../browser/api.ts'
import { AreaField, SelectField, useFields } from '../../../../../browser/fields.tsx'
import { type User, userPath } from './user.ts'

const LENGTHS = [
  ['600', '10 minutes'],
  ['1800', '30 minutes'],
  ['3600', '1 hour'],
] as const

export function Impersonate({ user, onClose }: { user: User; onClose: () => void }) {
  const fields = useFields({ reason: '', ttl: '600' })
  const { reason, ttl } = fields.value
  return (
    <ActDialog
      title="Act as this user"
      call={{
        method: 'POST',
        path: userPath(user.id, '/impersonate'),
        body: { reason: reason.trim(), ttlSeconds: Number(ttl), useCookie: true },
      }}
      shownBody={{ reason: reason.trim(), ttlSeconds: Number(ttl) }}
      cli={null}
      submit="Act as this user"
      onDone={() => leaveFor('/account')}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>
            You see what <strong>{user.email}</strong> sees. You can change no address, password or factor. Your own
            session in this browser ends: sign in again when you are done.
          </p>
          <AreaField
            {...fields.text('reason')}
            label="Reason"
            hint="It is kept in the audit log, and the user may be told."
            rows={2}
            maxLength={500}
            required
            problem={problem}
          />
          <SelectField {...fields.text('ttl')} label="For" options={LENGTHS} pointer="/ttlSeconds" problem={problem} />
        </>
      )}
    </ActDialog>
  )
}
