/** @jsxImportSource preact */
import { ActDialog } from '../../../../../browser/act.tsx'
import { AreaField, SelectField, TextField, useFields } from '../../../../../browser/fields.tsx'
import type { HookEditorProps, MadeHook } from '../hooks/hook.ts'
import { inScope } from '../scope.ts'
import type { Webhook } from './webhook.ts'

interface WebhookEditorProps extends HookEditorProps<Webhook> {
  orgId: string | null
}

export function WebhookEditor({ orgId, of: webhook, etag, onDone, onStale, onClose }: WebhookEditorProps) {
  const fields = useFields({
    url: webhook?.url ?? '',
    name: webhook?.name ?? '',
    events: webhook?.events.join('\n') ?? '*',
    format: webhook?.format ?? 'standard',
  })
  const { url, name, format } = fields.value
  const events = fields.value.events.split(/[\s,]+/).filter((word) => word !== '')
  const body = { url, events, name, format }
  return (
    <ActDialog<MadeHook>
      title={webhook === undefined ? 'New webhook' : 'Change the webhook'}
      call={
        webhook === undefined
          ? { method: 'POST', path: '/v1/webhooks', body: { ...body, ...inScope(orgId) } }
          : { method: 'PATCH', path: `/v1/webhooks/${webhook.id}`, body }
      }
      ifMatch={etag}
      submit={webhook === undefined ? 'Create webhook' : 'Save'}
      {...(webhook !== undefined && { done: 'It is saved.' })}
      onDone={onDone}
      {...(onStale && { onStale })}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField
            {...fields.text('url')}
            label="URL"
            type="url"
            hint="An https URL of your server. It gets a POST for each event."
            required
            maxLength={2048}
            problem={problem}
          />
          <AreaField
            {...fields.text('events')}
            label="Events"
            hint="Types, one a line: member.added, member.* for all of a noun, * for all."
            rows={3}
            mono
            required
            problem={problem}
          />
          <SelectField
            {...fields.text('format')}
            label="Format"
            options={[
              ['standard', 'Standard Webhooks'],
              ['cloudevents', 'CloudEvents 1.0'],
              ['slack', 'A message for Slack, Mattermost or Discord'],
            ]}
            problem={problem}
          />
          <TextField {...fields.text('name')} label="What it is for (optional)" maxLength={100} problem={problem} />
        </>
      )}
    </ActDialog>
  )
}
