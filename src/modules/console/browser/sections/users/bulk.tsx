/** @jsxImportSource preact */
/** An act on every user of a filter. The server counts them before anything is done. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ActDialog } from '../../../../../browser/act.tsx'
import { call, type Problem } from '../../../../../browser/api.ts'
import { SelectField, useFields } from '../../../../../browser/fields.tsx'
import { Failure } from '../../../../../browser/notice.tsx'
import { roleNames } from './role-names.ts'

const ACTIONS = [
  ['', 'Choose what to do'],
  ['disable', 'Disable'],
  ['enable', 'Enable'],
  ['end_sessions', 'End all sessions'],
  ['reset_factors', 'Reset second factors'],
  ['add_role', 'Give a role'],
  ['remove_role', 'Take a role away'],
  ['delete', 'Delete'],
] as const

/** `BulkAction` of openapi.json. */
export interface BulkAction {
  id: string
  action: string
  state: 'pending' | 'running' | 'done' | 'failed' | 'cancelled'
  total: number | null
  done: number
  changed: number
  skipped: number
  failed: number
}

interface DryRun {
  matched: number
  exact: boolean
  sample: readonly { id: string; email: string }[]
}

export function BulkDialog({
  filter: { q, status, role },
  onClose,
  onDone,
}: {
  filter: { q: string; status: string; role: string }
  onClose: () => void
  onDone: (begun: BulkAction) => void
}) {
  const fields = useFields({ action: '', of: 'user' })
  const found = useSignal<DryRun | undefined>(undefined)
  const problem = useSignal<Problem | undefined>(undefined)
  const { action, of } = fields.value
  const narrowed = { ...(q !== '' && { q }), ...(status !== '' && { status }), ...(role !== '' && { role }) }
  const filter = Object.keys(narrowed).length === 0 ? { all: true } : narrowed
  const body = { action, ...(action.endsWith('_role') && { role: of }), filter }
  useEffect(() => {
    let current = true
    found.value = undefined
    problem.value = undefined
    if (action === '') return
    void call<DryRun>('POST', '/v1/bulk-actions', { ...body, dryRun: true }).then((answer) => {
      if (!current) return
      problem.value = answer.ok ? undefined : answer.problem
      if (answer.ok) found.value = answer.body
    })
    return () => {
      current = false
    }
  }, [action, of, q, status, role])
  const name = action === '' ? 'Go on' : (ACTIONS.find(([value]) => value === action)?.[1] ?? action)
  const count = found.value && `${found.value.exact ? '' : 'about '}${found.value.matched.toLocaleString('en')}`
  return (
    <ActDialog<BulkAction>
      title="Act on many users"
      call={{ method: 'POST', path: '/v1/bulk-actions', body }}
      // A copied command begins with a count.
      shownBody={{ ...body, action: action || 'ACTION', dryRun: true }}
      cli={[
        ...['users', 'bulk', action || 'ACTION'],
        ...(q === '' ? [] : [`--q=${q}`]),
        ...(status === '' ? [] : [`--status=${status}`]),
        ...(role === '' ? [] : [`--role=${role}`]),
        ...('all' in filter ? ['--all'] : []),
        ...(action.endsWith('_role') ? [`--change-role=${of}`] : []),
        '--dry-run',
      ]}
      submit={count === undefined ? name : `${name}: ${count} users`}
      tone={['delete', 'disable', 'reset_factors'].includes(action) ? 'bad' : 'plain'}
      {...(count !== undefined &&
        ['delete', 'disable', 'reset_factors'].includes(action) && { typed: `${action} ${count}` })}
      check={() => (found.value?.matched ?? 0) > 0}
      onDone={onDone}
      onClose={onClose}
    >
      <p>
        {'all' in filter
          ? 'This is for every user of the instance.'
          : 'This is for the users that the filters of the list show.'}{' '}
        Accounts with a permission that you lack are left out.
      </p>
      <SelectField {...fields.text('action')} label="What to do" options={ACTIONS} />
      {action.endsWith('_role') && (
        <SelectField {...fields.text('of')} label="Role" options={roleNames().map((one) => [one, one] as const)} />
      )}
      <p class="soft" role="status">
        {action === ''
          ? ''
          : found.value === undefined
            ? 'Counting …'
            : found.value.matched === 0
              ? 'No user matches.'
              : `${count} users, such as ${found.value.sample.map(({ email }) => email).join(', ')}`}
      </p>
      <Failure problem={problem.value} />
    </ActDialog>
  )
}
