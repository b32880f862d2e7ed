/** @jsxImportSource preact */
/** What the organisation is called and what it requires of its members; and how it ends. */
import { useSignal } from '@preact/signals'
import {
  AreaField,
  CheckField,
  ChoiceField,
  SelectField,
  TextField,
  useFields,
} from '../../../../../browser/fields.tsx'
import { SavedForm } from '../../saved-form.tsx'
import { addressesIn } from './invite-people.tsx'
import type { OrgTabProps } from './organisation.tsx'
import { EndOfOrganisation } from './end-of-organisation.tsx'

const HOUR = 3600
const AGES: readonly (readonly [string, string])[] = [
  ['', 'The limit of the server'],
  [String(HOUR), '1 hour'],
  [String(8 * HOUR), '8 hours'],
  [String(24 * HOUR), '1 day'],
  [String(7 * 24 * HOUR), '7 days'],
  [String(30 * 24 * HOUR), '30 days'],
]
const METHODS = ['password', 'email', 'passkey', 'provider']

export function Settings(props: OrgTabProps) {
  const { loaded, rights } = props
  const etag = loaded.etag
  return (
    <>
      {/* Begins again with what another person saved meanwhile. */}
      <SettingsForm key={etag ?? ''} {...props} />
      <EndOfOrganisation org={props.org} rights={rights} />
    </>
  )
}

function SettingsForm({ org, loaded, rights }: OrgTabProps) {
  const { settings } = org
  const mayWrite = rights.may('orgs:write')
  const methods = useSignal<string[]>(settings.signInMethods ?? METHODS)
  const fields = useFields({
    name: org.name,
    slug: org.slug,
    mfaRequired: settings.mfaRequired,
    age: settings.sessionMaxAgeSeconds === null ? '' : String(settings.sessionMaxAgeSeconds),
    domains: (settings.emailDomains ?? []).join('\n'),
  })
  const { name, slug, mfaRequired, age, domains } = fields.value
  const list = addressesIn(domains)
  const body = {
    ...(name !== org.name && { name }),
    ...(slug !== org.slug && { slug }),
    settings: {
      mfaRequired,
      sessionMaxAgeSeconds: age === '' ? null : Number(age),
      signInMethods: methods.value.length === METHODS.length ? null : methods.value,
      emailDomains: list.length === 0 ? null : list,
    },
  }
  const sent = { method: 'PATCH', path: `/v1/orgs/${org.id}`, body } as const
  const ages = AGES.some(([value]) => value === age) ? AGES : [...AGES, [age, `${age} seconds`] as const]
  return (
    <SavedForm
      loaded={loaded}
      call={sent}
      legend="Settings"
      mayWrite={mayWrite}
      readOnly={<p class="soft">You may read the settings. To change them you need the permission orgs:write.</p>}
      submit="Save settings"
      ready={methods.value.length > 0}
      done="The settings are saved."
    >
      {(problem) => (
        <>
          <div class="fields">
            <TextField {...fields.text('name')} label="Name" required maxLength={100} problem={problem} />
            <TextField
              {...fields.text('slug')}
              label="Slug"
              hint="Its name in addresses and commands: small letters, digits and hyphens."
              required
              maxLength={63}
              problem={problem}
            />
          </div>
          <h2>What members need</h2>
          <p class="soft">From their next request on, in this organisation alone. API keys have no session.</p>
          <div class="field">
            <CheckField {...fields.check('mfaRequired')} label="A second factor" />
            <p class="soft">Members without one are asked to add an authenticator app or a passkey.</p>
          </div>
          <SelectField
            {...fields.text('age')}
            label="A sign-in not older than"
            hint="Afterwards members prove again who they are."
            options={ages}
            pointer="/settings/sessionMaxAgeSeconds"
            problem={problem}
          />
          <ChoiceField
            label="A sign-in in one of these ways"
            hint="All of them: every way is allowed."
            options={METHODS}
            value={methods.value}
            onValue={(value) => (methods.value = value)}
            pointer="/settings/signInMethods"
            problem={problem}
          />
          <AreaField
            {...fields.text('domains')}
            label="Addresses of these domains only"
            hint="One domain a line, such as acme.example. It limits who is invited and who joins. Empty: every domain."
            rows={3}
            pointer="/settings/emailDomains"
            problem={problem}
          />
        </>
      )}
    </SavedForm>
  )
}
