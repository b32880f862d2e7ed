/** @jsxImportSource preact */
import { Badge, When } from '../../../../../browser/detail.tsx'
import { usePages } from '../../lists.ts'
import { can } from '../../viewer.ts'
import { HookList } from '../hooks/hook-list.tsx'
import { type Action, TRIGGERS } from './action.ts'
import { ActionEditor } from './editor.tsx'

export const Actions = () => (
  <HookList
    label="Actions"
    noun="action"
    of={usePages<Action>('/v1/actions')}
    columns={['When', 'If it fails', 'State', 'Created']}
    cells={({ trigger, onFailure, enabled, createdAt }) => [
      TRIGGERS[trigger],
      onFailure,
      <Badge tone={enabled ? 'good' : 'plain'}>{enabled ? 'decides' : 'disabled'}</Badge>,
      <When at={createdAt} />,
    ]}
    empty="There is no action. Nobody is asked before a sign-up or a token."
    mayWrite={can('actions:write')}
    editor={(props) => <ActionEditor {...props} />}
  />
)
