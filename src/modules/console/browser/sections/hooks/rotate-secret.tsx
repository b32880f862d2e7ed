/** @jsxImportSource preact */
import { useRef } from 'preact/hooks'
import { ActDialog } from '../../../../../browser/act.tsx'
import { SelectField, useFields } from '../../../../../browser/fields.tsx'
import type { MadeHook } from './hook.ts'

const HOUR_MS = 3_600_000
/** Hours. The server takes 30 days at most; the clocks of two machines may differ. */
const OVERLAPS: readonly (readonly [string, string])[] = [
  ['0', 'not at all: others may know it'],
  ['1', '1 hour'],
  ['24', '24 hours'],
  ['168', '7 days'],
]

interface RotateSecretProps {
  path: string
  onDone: (made: MadeHook) => void
  onStale: () => void
  onClose: () => void
}

/** Of a webhook or an action. */
export function RotateSecret({ path, onDone, onStale, onClose }: RotateSecretProps) {
  const now = useRef(Date.now())
  const fields = useFields({ hours: '24' })
  const overlapUntil = new Date(now.current + Number(fields.value.hours) * HOUR_MS).toISOString()
  return (
    <ActDialog<MadeHook>
      title="Replace the secret?"
      call={{ method: 'POST', path: `${path}/rotate-secret`, body: { overlapUntil } }}
      submit="Replace secret"
      onDone={onDone}
      onStale={onStale}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>You get a new secret. While both are valid, each request has a signature of each.</p>
          <SelectField
            {...fields.text('hours')}
            label="The old secret signs for another"
            options={OVERLAPS}
            pointer="/overlapUntil"
            problem={problem}
          />
        </>
      )}
    </ActDialog>
  )
}
