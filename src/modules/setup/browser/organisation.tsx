/** @jsxImportSource preact */
import { useAct } from '../../../browser/act.tsx'
import { AsCommand } from '../../../browser/as-command.tsx'
import { TextField, useFields } from '../../../browser/fields.tsx'
import { Failure } from '../../../browser/notice.tsx'
import { go, progress } from './progress.ts'

export function Organisation() {
  const fields = useFields({ name: '' })
  const act = useAct()
  const name = fields.value.name.trim()
  const call = { method: 'POST', path: '/v1/orgs', body: { name } } as const
  async function press(event: Event): Promise<void> {
    event.preventDefault()
    const made = await act.run<{ id: string; name: string }>(call)
    if (made?.ok) go({ step: 'client', org: { id: made.body.id, name: made.body.name } })
  }
  return (
    <form onSubmit={press} aria-busy={act.busy}>
      <p>
        Organisations are the companies or teams that use your product. Each has its own members, roles and settings.
        You can leave this out: people can sign in without one.
      </p>
      <TextField
        {...fields.text('name')}
        label="Name of the organisation"
        autocomplete="organization"
        required
        maxLength={100}
        problem={act.problem}
      />
      <Failure problem={act.problem} />
      <button type="submit" class="button" disabled={act.busy}>
        Create organisation
      </button>
      <button type="button" class="link" onClick={() => go({ step: 'client' })}>
        Skip this step
      </button>
      <AsCommand call={call} cli={['orgs', 'create', `--name=${name}`, `--owner=${progress.value.email ?? ''}`]} />
    </form>
  )
}
