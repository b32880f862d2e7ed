/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import type { Problem } from '../../../../../browser/api.ts'
import { TextField, useFields } from '../../../../../browser/fields.tsx'
import type { ResourceType } from '../../../../resource-types/schema.ts'
import { RowsField } from '../../rows-field.tsx'

const TYPES = ['string', 'int', 'double', 'bool', 'list', 'timestamp'] as const

interface ResourceTypeEditorProps {
  /** Absent: a new one. */
  type: ResourceType | undefined
  reload: () => void
  onClose: () => void
}

export function ResourceTypeEditor({ type, reload, onClose }: ResourceTypeEditorProps) {
  const fields = useFields({ name: type?.name ?? '' })
  const rows = useSignal(Object.entries(type?.attributes ?? {}).map(([name, kind]) => ({ name, kind: String(kind) })))
  const attributes = Object.fromEntries(
    rows.value.filter(({ name }) => name !== '').map(({ name, kind }) => [name, kind]),
  )
  return (
    <ActDialog
      title={type === undefined ? 'Declare a resource type' : `Attributes of ${type.name}`}
      call={
        type === undefined
          ? { method: 'POST', path: '/v1/resource-types', body: { name: fields.value.name, attributes } }
          : { method: 'PATCH', path: `/v1/resource-types/${type.name}`, body: { attributes } }
      }
      submit={type === undefined ? 'Declare type' : 'Save attributes'}
      done={type === undefined ? 'The type is declared.' : 'The attributes are saved.'}
      onDone={reload}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {type === undefined && (
            <TextField
              {...fields.text('name')}
              label="Name"
              hint="A noun in small letters, such as invoice."
              required
              maxLength={64}
              problem={problem}
            />
          )}
          <RowsField
            label="Attributes"
            hint="Every resource also has id and type. A rule that reads an attribute keeps it from being removed."
            columns={[
              { name: 'name', label: 'Attribute' },
              { name: 'kind', label: 'Type', options: TYPES },
            ]}
            blank={{ name: '', kind: 'string' }}
            add="Add attribute"
            value={rows.value}
            onValue={(value) => (rows.value = value)}
            problem={attributeProblem(problem)}
            pointer="/attributes"
          />
        </>
      )}
    </ActDialog>
  )
}

/** The server names an attribute by its name, not by its place in the list. */
const attributeProblem = (problem: Problem | undefined): Problem | undefined =>
  problem && {
    ...problem,
    errors: problem.errors.map(({ path, message }) => {
      const name = path.startsWith('/attributes/') ? path.slice('/attributes/'.length) : ''
      return name === '' ? { path, message } : { path: '/attributes', message: `${name}: ${message}` }
    }),
  }
