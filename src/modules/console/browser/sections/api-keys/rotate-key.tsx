/** @jsxImportSource preact */
import { useRef } from 'preact/hooks'
import { ActDialog } from '../../../../../browser/act.tsx'
import { SelectField, useFields } from '../../../../../browser/fields.tsx'
import type { ApiKey, CreatedApiKey } from '../../../../api-keys/schema.ts'
import { HOUR_MS } from '../../../../../lib/durations.ts'

/** Hours. The server takes 30 days at most; the clocks of two machines may differ. */
const OVERLAPS: readonly (readonly [string, string])[] = [
  ['1', '1 hour'],
  ['24', '24 hours'],
  ['168', '7 days'],
  ['336', '14 days'],
]

interface RotateKeyProps {
  apiKey: ApiKey
  onDone: (made: CreatedApiKey) => void
  onStale: () => void
  onClose: () => void
}

export function RotateKey({ apiKey, onDone, onStale, onClose }: RotateKeyProps) {
  const now = useRef(Date.now())
  const fields = useFields({ hours: '24' })
  const overlapUntil = new Date(now.current + Number(fields.value.hours) * HOUR_MS).toISOString()
  return (
    <ActDialog<CreatedApiKey>
      title={`Replace ${apiKey.name}?`}
      call={{ method: 'POST', path: `/v1/api-keys/${apiKey.id}/rotate`, body: { overlapUntil } }}
      submit="Replace key"
      onDone={onDone}
      onStale={onStale}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>You get a new key with the same scopes. Deploy it before the old one ends.</p>
          <SelectField
            {...fields.text('hours')}
            label="The old key works for another"
            options={OVERLAPS}
            pointer="/overlapUntil"
            problem={problem}
          />
        </>
      )}
    </ActDialog>
  )
}
