/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../browser/act.tsx'
import { Heading } from '../../../../browser/heading.tsx'
import type { ResourceType } from '../../../resource-types/schema.ts'
import { useWhole } from '../lists.ts'
import { useRights } from '../rights.ts'
import { RowAct, Rows } from '../rows.tsx'
import { ResourceTypeEditor } from './resource-types/editor.tsx'

type Open = { act: 'edit' | 'delete'; type: ResourceType } | { act: 'new' }

export default function ResourceTypes() {
  const rights = useRights(null)
  const types = useWhole<ResourceType>('/v1/resource-types')
  const open = useSignal<Open | undefined>(undefined)
  const shown = open.value
  const close = () => (open.value = undefined)
  const mayWrite = rights.may('resource-types:write')
  return (
    <>
      <Heading
        title="Resource types"
        lead="What your applications ask about, and the attributes that conditions of rules may read."
      >
        {mayWrite && (
          <button type="button" class="button" onClick={() => (open.value = { act: 'new' })}>
            Declare type
          </button>
        )}
      </Heading>
      <Rows
        label="Resource types"
        of={types}
        columns={['Name', 'Attributes']}
        rowKey={({ name }) => name}
        empty="No type is declared. A rule can still be about permissions alone."
        cells={({ name, attributes }) => [
          <strong>{name}</strong>,
          <span class="badges">
            {Object.entries(attributes).map(([attribute, type]) => (
              <code key={attribute}>
                {attribute}: {type}
              </code>
            ))}
          </span>,
        ]}
        acts={(type) =>
          mayWrite && (
            <>
              <RowAct name={type.name} onPress={() => (open.value = { act: 'edit', type })}>
                Edit
              </RowAct>
              <RowAct name={type.name} tone="bad" onPress={() => (open.value = { act: 'delete', type })}>
                Delete
              </RowAct>
            </>
          )
        }
      />
      {(shown?.act === 'new' || shown?.act === 'edit') && (
        <ResourceTypeEditor
          type={shown.act === 'edit' ? shown.type : undefined}
          reload={types.reload}
          onClose={close}
        />
      )}
      {shown?.act === 'delete' && (
        <ActDialog
          title={`Delete the type ${shown.type.name}?`}
          call={{ method: 'DELETE', path: `/v1/resource-types/${shown.type.name}` }}
          submit="Delete type"
          tone="bad"
          done="The type is deleted."
          onDone={types.reload}
          onStale={types.reload}
          onClose={close}
        >
          <p>A type that a rule is about cannot be deleted.</p>
        </ActDialog>
      )}
    </>
  )
}
