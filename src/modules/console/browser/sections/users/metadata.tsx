/** @jsxImportSource preact */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Json } from '../../../../../browser/detail.tsx'
import { AreaField, readJsonObject, useFields } from '../../../../../browser/fields.tsx'
import { can } from '../../viewer.ts'
import { mergePatch } from './merge-patch.ts'
import { type User, userPath } from './user.ts'
import type { TabProps } from './user-page.tsx'

type Kind = 'publicMetadata' | 'privateMetadata'
const KINDS = [
  ['publicMetadata', 'Public metadata', 'The user reads it in GET /v1/me, and only administrators write it.'],
  ['privateMetadata', 'Private metadata', 'Only administrators read and write it.'],
] as const

export function Metadata(props: TabProps) {
  const editing = useSignal<Kind | undefined>(undefined)
  return (
    <>
      {KINDS.map(([kind, title, who]) => (
        <section key={kind} class="card" aria-labelledby={kind}>
          <h2 id={kind}>{title}</h2>
          <p class="soft">{who}</p>
          <Json label={`${title} as JSON`} value={props.user[kind]} />
          {can('users:write') && (
            <div class="buttons">
              <button
                type="button"
                class="button quiet"
                aria-label={`Edit the ${title.toLowerCase()}`}
                onClick={() => {
                  editing.value = kind
                }}
              >
                Edit
              </button>
            </div>
          )}
        </section>
      ))}
      {editing.value && (
        <EditMetadata
          key={editing.value}
          {...props}
          kind={editing.value}
          onClose={() => {
            editing.value = undefined
          }}
        />
      )}
    </>
  )
}

/** The API merges objects, and null removes a key: so what is missing in the text is sent as null. */
function EditMetadata({ user, etag, keep, reload, kind, onClose }: TabProps & { kind: Kind; onClose: () => void }) {
  const fields = useFields({ text: JSON.stringify(user[kind], null, 2) })
  const read = readJsonObject(fields.value.text)
  const patch = 'value' in read ? mergePatch(user[kind], read.value) : {}
  return (
    <ActDialog<User>
      title={kind === 'publicMetadata' ? 'Edit the public metadata' : 'Edit the private metadata'}
      call={{ method: 'PATCH', path: userPath(user.id), body: { [kind]: patch } }}
      ifMatch={etag}
      submit="Save"
      done="The metadata is changed."
      check={() => 'value' in read}
      onDone={(changed) => {
        keep(changed, undefined)
        void reload()
      }}
      onStale={() => void reload()}
      onClose={onClose}
    >
      {(problem) => (
        <AreaField
          {...fields.text('text')}
          label="JSON"
          hint="A key that you remove, or set to null, is removed."
          mono
          rows={12}
          pointer={`/${kind}`}
          problem={problem}
          fault={'fault' in read ? read.fault : undefined}
        />
      )}
    </ActDialog>
  )
}
