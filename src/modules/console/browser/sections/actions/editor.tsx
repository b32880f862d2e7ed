/** @jsxImportSource preact */
import { ActDialog } from '../../../../../browser/act.tsx'
import { CheckField, SelectField, TextField, useFields } from '../../../../../browser/fields.tsx'
import type { HookEditorProps, MadeHook } from '../hooks/hook.ts'
import { type Action, TRIGGERS } from './action.ts'

export function ActionEditor({ of: action, etag, onDone, onStale, onClose }: HookEditorProps<Action>) {
  const fields = useFields({
    trigger: action?.trigger ?? 'sign_up',
    url: action?.url ?? '',
    name: action?.name ?? '',
    onFailure: action?.onFailure ?? 'deny',
    timeoutMs: String(action?.timeoutMs ?? 2000),
    // A new one is tried first: it decides about everybody from the next request on.
    enabled: action?.enabled ?? false,
  })
  const { trigger, url, name, onFailure, enabled } = fields.value
  const body = { url, name, onFailure, enabled, timeoutMs: Number(fields.value.timeoutMs) }
  return (
    <ActDialog<MadeHook>
      title={action === undefined ? 'New action' : 'Change the action'}
      call={
        action === undefined
          ? { method: 'POST', path: '/v1/actions', body: { trigger, ...body } }
          : { method: 'PATCH', path: `/v1/actions/${action.id}`, body }
      }
      ifMatch={etag}
      submit={action === undefined ? 'Create action' : 'Save'}
      {...(action !== undefined && { done: 'It is saved.' })}
      onDone={onDone}
      {...(onStale && { onStale })}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {action === undefined && (
            <SelectField
              {...fields.text('trigger')}
              label="When"
              options={Object.entries(TRIGGERS)}
              problem={problem}
            />
          )}
          <TextField
            {...fields.text('url')}
            label="URL"
            type="url"
            hint="An https URL of your program. It gets a POST and answers with a decision."
            required
            maxLength={2000}
            problem={problem}
          />
          <TextField {...fields.text('name')} label="Name (optional)" maxLength={100} problem={problem} />
          <div class="fields">
            <SelectField
              {...fields.text('onFailure')}
              label="If it does not answer"
              options={[
                ['deny', 'Deny: nobody gets in without a decision'],
                ['allow', 'Allow: as if there were no action'],
              ]}
              problem={problem}
            />
            <TextField
              {...fields.text('timeoutMs')}
              label="Milliseconds it gets"
              hint="100 to 2000. A person waits for it."
              type="number"
              inputMode="numeric"
              required
              problem={problem}
            />
          </div>
          <CheckField {...fields.check('enabled')} label="It decides from now on. You can test it before." />
        </>
      )}
    </ActDialog>
  )
}
