/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import type { Sent } from '../../../../../browser/api.ts'
import { TextField, useFields } from '../../../../../browser/fields.tsx'
import type { Resource } from '../../../../resources/schema.ts'
import { RowsField } from '../../rows-field.tsx'
import { WithVersion } from '../../with-version.tsx'
import { inScope } from '../scope.ts'

interface ResourceEditorProps {
  orgId: string | null
  /** Absent: a new one. */
  resource: Resource | undefined
  reload: () => void
  onClose: () => void
}

export const ResourceEditor = (props: ResourceEditorProps) => (
  <WithVersion<Resource>
    path={props.resource && `/v1/resources/${props.resource.id}`}
    title={`Change ${props.resource?.name ?? ''}`}
    onClose={props.onClose}
  >
    {(resource, etag) => <ResourceForm {...props} resource={resource} etag={etag} />}
  </WithVersion>
)

function ResourceForm({ orgId, resource, etag, reload, onClose }: ResourceEditorProps & { etag: string | undefined }) {
  const fields = useFields({
    name: resource?.name ?? '',
    audience: '',
    ttl: resource?.accessTtlSeconds ? String(resource.accessTtlSeconds) : '',
  })
  const scopes = useSignal((resource?.scopes ?? []).map(({ name, description }) => ({ name, description })))
  const types = useSignal(
    (resource?.authorizationDetailsTypes ?? []).map(({ type, description, fields: names }) => ({
      type,
      description,
      fields: names.join(' '),
    })),
  )
  const { name, audience, ttl } = fields.value
  const terms = {
    name,
    scopes: scopes.value,
    authorizationDetailsTypes: types.value.map(({ type, description, fields: names }) => ({
      type,
      description,
      fields: names.split(/[\s,]+/).filter((word) => word !== ''),
    })),
    accessTtlSeconds: ttl === '' ? null : Number(ttl),
  }
  const call: Sent =
    resource === undefined
      ? { method: 'POST', path: '/v1/resources', body: { audience, ...terms, ...inScope(orgId) } }
      : { method: 'PATCH', path: `/v1/resources/${resource.id}`, body: terms }
  return (
    <ActDialog
      title={resource === undefined ? 'New resource' : `Change ${resource.name}`}
      call={call}
      ifMatch={etag}
      submit={resource === undefined ? 'Create resource' : 'Save resource'}
      done={resource === undefined ? 'The resource is created. Clients can ask for its scopes.' : 'It is saved.'}
      onDone={reload}
      onStale={reload}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField
            {...fields.text('name')}
            label="Name"
            hint="What people see at consent."
            required
            maxLength={100}
            problem={problem}
          />
          {resource === undefined && (
            <TextField
              {...fields.text('audience')}
              label="Audience"
              hint={
                orgId === null
                  ? 'The URL of the API, compared character by character. It never changes.'
                  : 'The URL of the API, on a domain that the organisation has proved. It never changes.'
              }
              placeholder="https://api.example.com"
              required
              maxLength={500}
              problem={problem}
            />
          )}
          <RowsField
            label="Scopes"
            hint="People see the description at consent."
            columns={[
              { name: 'name', label: 'Scope', placeholder: 'notes:read' },
              { name: 'description', label: 'Description', placeholder: 'Read your notes' },
            ]}
            blank={{ name: '', description: '' }}
            add="Add scope"
            value={scopes.value}
            onValue={(value) => (scopes.value = value)}
            pointer="/scopes"
            problem={problem}
          />
          <TextField
            {...fields.text('ttl')}
            label="Its access tokens live, in seconds (optional)"
            hint="From 30 to 86400."
            type="number"
            inputMode="numeric"
            pointer="/accessTtlSeconds"
            problem={problem}
          />
          <details>
            <summary>Types of authorization details (RFC 9396)</summary>
            <RowsField
              label="Types"
              hint="The fields that an object of the type may have, separated by blanks."
              columns={[
                { name: 'type', label: 'Type', placeholder: 'payment_initiation' },
                { name: 'description', label: 'Description', placeholder: 'Make a payment' },
                { name: 'fields', label: 'Fields', placeholder: 'instructedAmount creditorName' },
              ]}
              blank={{ type: '', description: '', fields: '' }}
              add="Add type"
              value={types.value}
              onValue={(value) => (types.value = value)}
              pointer="/authorizationDetailsTypes"
              problem={problem}
            />
          </details>
        </>
      )}
    </ActDialog>
  )
}
