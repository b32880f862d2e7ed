/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge } from '../../../../../browser/detail.tsx'
import type { Policy } from '../../../../policies/schema.ts'
import { useWhole, withQuery } from '../../lists.ts'
import { RowAct, Rows } from '../../rows.tsx'
import { nameOfScope, type Scoped } from '../scope.ts'
import { RuleEditor } from './editor.tsx'
import { TestRule } from './test-rule.tsx'

type Open = { act: 'edit' | 'test' | 'delete'; rule: Policy } | { act: 'new' }

export function Rules({ orgId, rights }: Scoped) {
  const rules = useWhole<Policy>(withQuery('/v1/policies', { orgId }))
  const open = useSignal<Open | undefined>(undefined)
  const shown = open.value
  const close = () => (open.value = undefined)
  const mayWrite = rights.may('policies:write')
  return (
    <>
      <div class="toolbar">
        <p class="lead">
          <a href="/console/why">Ask why</a> something is allowed or denied.
        </p>
        {mayWrite && (
          <button type="button" class="button" onClick={() => (open.value = { act: 'new' })}>
            New rule
          </button>
        )}
      </div>
      <Rows
        label="Rules"
        of={rules}
        columns={['Rule', 'Effect', 'Permissions', 'Condition']}
        rowKey={({ id }) => id}
        empty={`There are no rules in ${nameOfScope(orgId)}. Roles alone decide.`}
        cells={({ name, effect, permissions, resourceType, condition }) => [
          <>
            <strong>
              <bdi>{name}</bdi>
            </strong>
            {resourceType !== undefined && <div class="soft">on {resourceType}</div>}
          </>,
          <Badge tone={effect === 'allow' ? 'good' : 'bad'}>{effect}</Badge>,
          <code>{permissions.join(', ')}</code>,
          <code class="condition">{condition}</code>,
        ]}
        acts={(rule) => (
          <>
            <RowAct name={rule.name} onPress={() => (open.value = { act: 'test', rule })}>
              Test
            </RowAct>
            {mayWrite && (
              <>
                <RowAct name={rule.name} onPress={() => (open.value = { act: 'edit', rule })}>
                  Edit
                </RowAct>
                <RowAct name={rule.name} tone="bad" onPress={() => (open.value = { act: 'delete', rule })}>
                  Delete
                </RowAct>
              </>
            )}
          </>
        )}
      />
      {(shown?.act === 'new' || shown?.act === 'edit') && (
        <RuleEditor
          orgId={orgId}
          rights={rights}
          rule={shown.act === 'edit' ? shown.rule : undefined}
          reload={rules.reload}
          onClose={close}
        />
      )}
      {shown?.act === 'test' && <TestRule rule={shown.rule} onClose={close} />}
      {shown?.act === 'delete' && (
        <ActDialog
          title={`Delete the rule ${shown.rule.name}?`}
          call={{ method: 'DELETE', path: `/v1/policies/${shown.rule.id}` }}
          submit="Delete rule"
          tone="bad"
          done="The rule is deleted."
          onDone={rules.reload}
          onStale={rules.reload}
          onClose={close}
        >
          <p>
            {shown.rule.effect === 'deny'
              ? 'What it denies is allowed again, if a role or another rule allows it.'
              : 'What it alone allows is denied with the next request.'}
          </p>
        </ActDialog>
      )}
    </>
  )
}
