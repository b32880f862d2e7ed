/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { AreaField, readJsonObject, TextField, useFields } from '../../../../../browser/fields.tsx'
import type { Scoped } from '../scope.ts'
import { type Chosen, RecipientsField } from './recipients-field.tsx'
import type { SentNotification } from './sent.ts'

interface NewNotificationProps extends Scoped {
  onDone: (sent: SentNotification) => void
  onClose: () => void
}

export function NewNotification({ orgId, rights, onDone, onClose }: NewNotificationProps) {
  const chosen = useSignal<readonly Chosen[]>([])
  const fault = useSignal<string | undefined>(undefined)
  const fields = useFields({ title: '', body: '', kind: '', data: '' })
  const { title, body, kind, data } = fields.value
  const read = readJsonObject(data)
  const sent = {
    to: chosen.value.map(({ target }) => target),
    title,
    ...(body !== '' && { body }),
    ...(kind !== '' && { kind }),
    ...(data.trim() !== '' && 'value' in read && { data: read.value }),
  }
  const check = () => {
    fault.value = chosen.value.length === 0 ? 'Add at least one recipient.' : undefined
    return fault.value === undefined && 'value' in read
  }
  return (
    <ActDialog<SentNotification>
      title="New notification"
      call={{ method: 'POST', path: '/v1/notifications', body: sent }}
      submit="Send notification"
      done="The notification is sent."
      check={check}
      onDone={onDone}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <RecipientsField
            orgId={orgId}
            rights={rights}
            value={chosen.value}
            onValue={(value) => {
              chosen.value = value
              fault.value = undefined
            }}
            fault={fault.value}
            problem={problem}
          />
          <TextField
            {...fields.text('title')}
            label="Title"
            hint="Plain text. The mail to who is away has it too."
            required
            maxLength={200}
            problem={problem}
          />
          <AreaField
            {...fields.text('body')}
            label="Text (optional)"
            hint="Plain text. No mail has it."
            maxLength={4000}
            problem={problem}
          />
          <TextField
            {...fields.text('kind')}
            label="Kind (optional)"
            hint="What it is about, such as billing. Each person chooses how a kind arrives. Empty: general."
            maxLength={64}
            problem={problem}
          />
          <AreaField
            {...fields.text('data')}
            label="Data for the app (optional)"
            hint='JSON, such as {"path": "/invoices/42"}.'
            rows={2}
            mono
            fault={'fault' in read ? read.fault : undefined}
            problem={problem}
          />
        </>
      )}
    </ActDialog>
  )
}
