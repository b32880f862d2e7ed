/** @jsxImportSource preact */
/** What the organisation shows of itself on the sign-in page, at consent and in its mails. */
import { useSignal } from '@preact/signals'
import { useAct } from '../../../../../browser/act.tsx'
import { AsCommand } from '../../../../../browser/as-command.tsx'
import { CheckField, faultsAt, TextField, useFields } from '../../../../../browser/fields.tsx'
import { Failure } from '../../../../../browser/notice.tsx'
import { readSetting } from '../../../../../browser/setting.ts'
import { toast } from '../../../../../browser/toast.tsx'
import type { BrandVariables } from '../../../../../lib/brand-variables.ts'
import type { Org } from '../../../../orgs/schema.ts'
import { ColorField, isColor, LogoField } from '../../branding/fields.tsx'
import { BrandPreview } from '../../branding/preview.tsx'
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
  const act = useAct()
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
  const save = async (event: Event) => {
    event.preventDefault()
    const answer = await act.run<Org>(sent, loaded.etag === undefined ? {} : { ifMatch: loaded.etag })
    if (!answer?.ok) return
    toast('The branding is saved. Pages show it within seconds.')
    loaded.keep(answer.body, answer.etag)
  }
  const { problem } = act
  return (
    <div class="branding">
      <form class="card" onSubmit={save} aria-busy={act.busy}>
        <p class="soft">
          Everybody who knows the slug sees what stands here. The pages keep the address and the name of {brandName}.
        </p>
        <fieldset disabled={!mayWrite}>
          <legend class="hidden">Branding</legend>
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
        </fieldset>
        <Failure problem={problem} />
        {problem?.status === 412 && (
          <button type="button" class="button quiet" onClick={() => void loaded.reload()}>
            Show what is saved now
          </button>
        )}
        {mayWrite ? (
          <>
            <AsCommand call={{ ...sent, body: { settings: withoutLogo(settings) } }} />
            <div class="buttons">
              <button type="submit" class="button" disabled={act.busy || (ownColor && !isColor(color))}>
                Save branding
              </button>
            </div>
          </>
        ) : (
          <p class="soft">You may read the branding. To change it you need the permission orgs:write.</p>
        )}
      </form>
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
