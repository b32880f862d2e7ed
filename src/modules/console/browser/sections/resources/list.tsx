/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Code } from '../../../../../browser/detail.tsx'
import type { Resource } from '../../../../resources/schema.ts'
import { usePages } from '../../lists.ts'
import { RowAct, Rows } from '../../rows.tsx'
import { inScope, nameOfScope, type Scoped } from '../scope.ts'
import { ResourceEditor } from './editor.tsx'

type Open = { act: 'edit' | 'delete'; resource: Resource } | { act: 'new' }

export function Resources({ orgId, rights }: Scoped) {
  const resources = usePages<Resource>('/v1/resources', inScope(orgId))
  const open = useSignal<Open | undefined>(undefined)
  const shown = open.value
  const close = () => (open.value = undefined)
  const mayWrite = rights.may('resources:write')
  return (
    <>
      {mayWrite && (
        <div class="toolbar">
          <button type="button" class="button" onClick={() => (open.value = { act: 'new' })}>
            New resource
          </button>
        </div>
      )}
      <Rows
        label="Resources"
        of={resources}
        columns={['Name', 'Audience', 'Scopes', 'Tokens live']}
        rowKey={({ id }) => id}
        empty={`No API of ${nameOfScope(orgId)} accepts our tokens yet.`}
        cells={({ name, audience, scopes, accessTtlSeconds }) => [
          <strong>
            <bdi>{name}</bdi>
          </strong>,
          <Code text={audience} />,
          scopes.length === 0 ? (
            <span class="soft">none</span>
          ) : (
            <code title={scopes.map((scope) => `${scope.name}: ${scope.description}`).join('\n')}>
              {scopes.map((scope) => scope.name).join(', ')}
            </code>
          ),
          accessTtlSeconds === null ? <span class="soft">as usual</span> : `${accessTtlSeconds} s`,
        ]}
        acts={(resource) =>
          mayWrite && (
            <>
              <RowAct name={resource.name} onPress={() => (open.value = { act: 'edit', resource })}>
                Edit
              </RowAct>
              <RowAct name={resource.name} tone="bad" onPress={() => (open.value = { act: 'delete', resource })}>
                Delete
              </RowAct>
            </>
          )
        }
      />
      {(shown?.act === 'new' || shown?.act === 'edit') && (
        <ResourceEditor
          orgId={orgId}
          resource={shown.act === 'edit' ? shown.resource : undefined}
          reload={resources.reload}
          onClose={close}
        />
      )}
      {shown?.act === 'delete' && (
        <ActDialog
          title={`Delete ${shown.resource.name}?`}
          call={{ method: 'DELETE', path: `/v1/resources/${shown.resource.id}` }}
          cli={['resources', 'delete', shown.resource.id]}
          submit="Delete resource"
          tone="bad"
          typed={shown.resource.name}
          done="The resource is deleted."
          onDone={resources.reload}
          onStale={resources.reload}
          onClose={close}
        >
          <p>No access token for it is issued any more. Tokens that were issued before live until they end.</p>
        </ActDialog>
      )}
    </>
  )
}
