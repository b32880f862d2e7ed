/** @jsxImportSource preact */
/** A key that leaked: its text is enough. The answer is the same whether there is such a key, so it is looked up before. */
import { useEffect } from 'preact/hooks'
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { call } from '../../../../../browser/api.ts'
import { AreaField, useFields } from '../../../../../browser/fields.tsx'
import type { ApiKey } from '../../../../api-keys/schema.ts'

/** Both forms: docs/api-keys.md. */
const KEY = /tid_(?:[0-9A-Za-z]{49}|eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{86})/

export function RevokeFound({ onClose }: { onClose: () => void }) {
  const fields = useFields({ key: '' })
  const found = KEY.exec(fields.value.key)?.[0]
  const candidates = useSignal<readonly ApiKey[] | undefined>(undefined)
  useEffect(() => {
    candidates.value = undefined
    if (found === undefined) return
    void call<{ items: ApiKey[] }>('GET', '/v1/api-keys?all=true&limit=100').then((answer) => {
      if (answer.ok) candidates.value = answer.body.items.filter(({ hint }) => found.endsWith(hint))
    })
  }, [found])
  return (
    <ActDialog
      title="Revoke a key that was found"
      call={{ method: 'POST', path: '/v1/api-keys/revoke', body: { key: found ?? '' } }}
      shownBody={{ key: 'tid_…' }}
      submit="Revoke key"
      tone="bad"
      done="If it was a key, it is revoked. Its owner gets a mail."
      check={() => found !== undefined}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>Paste the key, or the line in which it was found. It is sent to this server alone.</p>
          <AreaField
            {...fields.text('key')}
            label="What was found"
            mono
            rows={3}
            required
            fault={
              fields.value.key.trim() !== '' && found === undefined
                ? 'There is no complete key of this server in this text. A key begins with tid_.'
                : undefined
            }
            problem={problem}
          />
          {candidates.value !== undefined && (
            <p role="status">
              {candidates.value.length === 0
                ? 'None of the newest hundred keys ends like this. It may be an older one, or have ended already.'
                : `It ends like the key “${candidates.value.map(({ name }) => name).join('” or “')}”.`}
            </p>
          )}
        </>
      )}
    </ActDialog>
  )
}
