/** @jsxImportSource preact */
/** What the organisation shows of itself on the sign-in page, at consent and in its mails. */
import { useSignal } from '@preact/signals'
import { faultsAt } from '../../../../../browser/faults.ts'
import { CheckField, TextField, useFields } from '../../../../../browser/fields.tsx'
import { readSetting } from '../../../../../browser/setting.ts'
import type { BrandVariables } from '../../../../../lib/brand-variables.ts'
import { ColorField, isColor, LogoField } from '../../branding/fields.tsx'
import { BrandPreview } from '../../branding/preview.tsx'
import { SavedForm } from '../../saved-form.tsx'
import type { OrgTabProps } from './organisation.tsx'

/** The longest `data:` URL that the API takes. */
const MAX_LOGO = 12_000
const AT = '/settings/branding'

interface Setting {
  brandName: string
  brandColor: string
  /** Those of the server, which an organisation cannot change. */
  variables: BrandVariables
}

/** Begins again with what another person saved meanwhile. */
export const Branding = (props: OrgTabProps) => <BrandingForm key={props.loaded.etag ?? ''} {...props} />

function BrandingForm({ org, loaded, rights }: OrgTabProps) {
  const { brandName, brandColor, variables } = readSetting<Setting>()
  const { branding } = org.settings
  const mayWrite = rights.may('orgs:write')
  const logo = useSignal(branding?.logo ?? undefined)
  const fields = useFields({
    name: branding?.name ?? '',
    ownColor: branding?.color != null,
    color: branding?.color ?? brandColor,
    termsUrl: branding?.termsUrl ?? '',
    privacyUrl: branding?.privacyUrl ?? '',
    supportUrl: branding?.supportUrl ?? '',
  })
  const { name, ownColor, color, termsUrl, privacyUrl, supportUrl } = fields.value
  const support = supportUrl.includes('@') && !supportUrl.includes(':') ? `mailto:${supportUrl}` : supportUrl
  const asked = {
    name: name || null,
    color: ownColor ? color : null,
    logo: logo.value ?? null,
    termsUrl: termsUrl || null,
    privacyUrl: privacyUrl || null,
    supportUrl: support || null,
  }
  const settings = { branding: Object.values(asked).every((value) => value === null) ? null : asked }
  const sent = { method: 'PATCH', path: `/v1/orgs/${org.id}`, body: { settings } } as const
  return (
    <div class="branding">
      <SavedForm
        loaded={loaded}
        call={sent}
        shownBody={{ settings: withoutLogo(settings) }}
        legend="Branding"
        intro={
          <p class="soft">
            Everybody who knows the slug sees what stands here. The pages keep the address and the name of {brandName}.
          </p>
        }
        mayWrite={mayWrite}
        readOnly={<p class="soft">You may read the branding. To change it you need the permission orgs:write.</p>}
        submit="Save branding"
        ready={!ownColor || isColor(color)}
        done="The branding is saved. Pages show it within seconds."
      >
        {(problem) => (
          <>
            <TextField
              {...fields.text('name')}
              label="Name"
              hint={`Empty: ${brandName}.`}
              maxLength={60}
              pointer={`${AT}/name`}
              problem={problem}
            />
            <div class="field">
              <CheckField {...fields.check('ownColor')} label="A colour of its own" />
            </div>
            {ownColor && (
              <ColorField
                label="Colour"
                value={color}
                onValue={(value) => fields.set({ color: value })}
                hint="Buttons have it. Texts and links get the nearest colour that can be read."
              />
            )}
            <LogoField
              value={logo.value}
              onValue={(value) => {
                logo.value = value
              }}
              maxLength={MAX_LOGO}
              faults={faultsAt(problem, `${AT}/logo`)}
            />
            <TextField
              {...fields.text('termsUrl')}
              label="Terms"
              type="url"
              pointer={`${AT}/termsUrl`}
              problem={problem}
            />
            <TextField
              {...fields.text('privacyUrl')}
              label="Privacy notice"
              type="url"
              pointer={`${AT}/privacyUrl`}
              problem={problem}
            />
            <TextField
              {...fields.text('supportUrl')}
              label="Support"
              hint="An e-mail address or an https URL."
              pointer={`${AT}/supportUrl`}
              problem={problem}
            />
          </>
        )}
      </SavedForm>
      <div>
        <BrandPreview
          name={name || brandName}
          color={ownColor && isColor(color) ? color : brandColor}
          logo={logo.value}
          server={name === '' ? undefined : brandName}
          variables={variables}
        />
      </div>
    </div>
  )
}

/** A command with a picture in it could not be read. */
const withoutLogo = ({ branding }: { branding: { logo: string | null } | null }) => ({
  branding: branding?.logo ? { ...branding, logo: 'data:image/…;base64,…' } : branding,
})
