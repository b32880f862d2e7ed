/** @jsxImportSource preact */
/** Disables what is active, and enables what is disabled. */
import { ActDialog } from '../../../browser/act.tsx'

interface SwitchStatusProps {
  of: { name: string; status: 'active' | 'disabled' }
  path: string
  /** What the command names: `['oauth-clients', id]`. */
  cli: readonly [group: string, id: string]
  /** What it is: `client`. */
  noun: string
  /** What follows from it. */
  whenDisabled: string
  whenEnabled: string
  onDone: () => void
  onClose: () => void
}

export function SwitchStatus({ of, path, cli: [group, id], noun, onDone, onClose, ...means }: SwitchStatusProps) {
  const ends = of.status === 'active'
  return (
    <ActDialog
      title={`${ends ? 'Disable' : 'Enable'} ${of.name}?`}
      call={{ method: 'PATCH', path, body: { status: ends ? 'disabled' : 'active' } }}
      cli={[group, ends ? 'disable' : 'enable', id]}
      submit={ends ? 'Disable' : 'Enable'}
      tone={ends ? 'bad' : 'plain'}
      done={`The ${noun} is ${ends ? 'disabled' : 'enabled'}.`}
      onDone={onDone}
      onStale={onDone}
      onClose={onClose}
    >
      <p>{ends ? means.whenDisabled : means.whenEnabled}</p>
    </ActDialog>
  )
}
