/** @jsxImportSource preact */
import { useAct } from '../../../browser/act.tsx'
import { AsCommand } from '../../../browser/as-command.tsx'
import { CheckField, SelectField, TextField, useFields } from '../../../browser/fields.tsx'
import { Failure } from '../../../browser/notice.tsx'
import { clientSecret, go } from './progress.ts'

const KINDS = [
  ['web', 'A web application with a server'],
  ['public', 'An app in the browser, on a phone or on a desktop'],
] as const

export function ClientStep() {
  const fields = useFields({ name: '', redirectUri: '', kind: 'web', firstParty: true })
  const act = useAct()
  const { name, redirectUri, kind, firstParty } = fields.value
  const isConfidential = kind === 'web'
  const body = {
    name: name.trim(),
    redirectUris: [redirectUri.trim()],
    grantTypes: ['authorization_code', 'refresh_token'],
    tokenEndpointAuthMethod: isConfidential ? 'client_secret_basic' : 'none',
    firstParty,
  }
  const call = { method: 'POST', path: '/v1/oauth-clients', body } as const
  async function press(event: Event): Promise<void> {
    event.preventDefault()
    const made = await act.run<{ clientId: string; clientSecret?: string }>(call)
    if (!made?.ok) return
    clientSecret.value = made.body.clientSecret
    go({ step: 'finished', client: { clientId: made.body.clientId, redirectUri: redirectUri.trim(), isConfidential } })
  }
  return (
    <form onSubmit={press} aria-busy={act.busy}>
      <p>
        Your application sends people here to sign in, and gets them back with a code (OpenID Connect). For that it
        needs an id
        {isConfidential ? ' and a secret' : ''}.
      </p>
      <TextField
        {...fields.text('name')}
        label="Name of the application"
        hint="People see it where they are asked for consent, and among the apps of their account."
        required
        maxLength={100}
        problem={act.problem}
      />
      <SelectField {...fields.text('kind')} label="What it is" options={KINDS} />
      <TextField
        {...fields.text('redirectUri')}
        label="Redirect URI"
        type="url"
        hint="Where people come back to, such as http://localhost:8080/callback"
        required
        maxLength={2000}
        pointer="/redirectUris"
        problem={act.problem}
      />
      <CheckField {...fields.check('firstParty')} label="It is our own: people are not asked whether they allow it" />
      <Failure problem={act.problem} />
      <button type="submit" class="button" disabled={act.busy}>
        Create client
      </button>
      <button type="button" class="link" onClick={() => go({ step: 'finished' })}>
        Skip this step
      </button>
      <AsCommand call={call} />
    </form>
  )
}
