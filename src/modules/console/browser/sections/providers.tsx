/** @jsxImportSource preact */
/** Providers to sign in with. The environment declares them, so they are read here. */
import { CopyBlock } from '../../../../browser/copy.tsx'
import { Code } from '../../../../browser/detail.tsx'
import { SelectField, TextField, useFields } from '../../../../browser/fields.tsx'
import { Heading } from '../../../../browser/heading.tsx'
import { readSetting } from '../../../../browser/setting.ts'
import { useWhole } from '../lists.ts'
import { Rows } from '../rows.tsx'

interface Provider {
  id: string
  name: string
}

const issuer = (): string => readSetting<{ appUrl?: string }>().appUrl ?? location.origin
const callbackOf = (id: string): string => `${issuer()}/v1/auth/providers/${id}/callback`

export default function Providers() {
  const providers = useWhole<Provider>('/v1/auth/providers')
  return (
    <>
      <Heading
        title="Providers"
        lead="Other services by which people sign in. The environment of the server declares them, so they are changed there."
      />
      <Rows
        label="Providers"
        of={providers}
        columns={['Name', 'Id', 'Redirect URI to register there']}
        rowKey={({ id }) => id}
        empty="OIDC_PROVIDERS declares none. People sign in with a password, a passkey or a code."
        cells={({ id, name }) => [
          <strong>
            <bdi>{name}</bdi>
          </strong>,
          <code>{id}</code>,
          <Code text={callbackOf(id)} />,
        ]}
      />
      <AddProvider taken={providers.items?.map(({ id }) => id) ?? []} />
    </>
  )
}

const PRESETS: readonly (readonly [string, string])[] = [
  ['google', 'Google'],
  ['microsoft', 'Microsoft'],
  ['apple', 'Apple'],
  ['github', 'GitHub'],
  ['gitlab', 'GitLab'],
  ['discord', 'Discord'],
  ['oidc', 'Another one, with OpenID Connect'],
]

/** Writes the setting; the secrets stay out of the browser. */
function AddProvider({ taken }: { taken: readonly string[] }) {
  const fields = useFields({ preset: 'google', id: 'acme', name: 'Acme SSO', issuer: 'https://sso.acme.example' })
  const { preset, name } = fields.value
  const own = preset === 'oidc'
  const id = own ? fields.value.id : preset
  const declared = {
    id,
    ...(own ? { name, issuer: fields.value.issuer } : { preset }),
    ...(preset === 'microsoft' && { tenant: '<tenant id or domain>' }),
    clientId: '<client id>',
    ...(preset === 'apple'
      ? { teamId: '<team id>', keyId: '<key id>', privateKey: '<the .p8 file>' }
      : { clientSecret: '<client secret>' }),
  }
  return (
    <section class="card" aria-label="Add a provider">
      <h2>Add a provider</h2>
      <ol class="steps">
        <li>
          <SelectField {...fields.text('preset')} label="Which one" options={PRESETS} />
          {own && (
            <div class="fields">
              <TextField
                {...fields.text('id')}
                label="Id"
                hint="Part of URLs. Never change it."
                fault={taken.includes(id) ? 'There is a provider with this id.' : undefined}
              />
              <TextField {...fields.text('name')} label="Name" />
              <TextField {...fields.text('issuer')} label="Issuer" />
            </div>
          )}
        </li>
        <li>
          <p>
            At the provider, make an application for the web and register exactly this redirect URI:{' '}
            <Code text={callbackOf(id)} />
          </p>
        </li>
        <li>
          <p>
            Add this object to the array in the environment variable <code>OIDC_PROVIDERS</code>, and start the server
            again. A wrong field stops the start, and the error names it.
          </p>
          <CopyBlock label="Object for OIDC_PROVIDERS" text={JSON.stringify(declared, null, 2)} />
        </li>
      </ol>
    </section>
  )
}
