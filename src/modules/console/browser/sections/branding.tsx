/** @jsxImportSource preact */
/** The brand of the server. The environment declares it, so this page is for trying it out and for what to set. */
import { useSignal } from '@preact/signals'
import { AreaField, TextField, useFields } from '../../../../browser/fields.tsx'
import { CopyBlock } from '../../../../browser/copy.tsx'
import { Heading } from '../../../../browser/heading.tsx'
import { useLoaded } from '../../../../browser/loaded.ts'
import { Failure } from '../../../../browser/notice.tsx'
import { readSetting } from '../../../../browser/setting.ts'
import { noVariables, parseBrandVariables } from '../../../../lib/brand-variables.ts'
import { MAX_IMAGE_BYTES } from '../../../../lib/brand-images.ts'
import { ColorField, isColor, LogoField } from '../branding/fields.tsx'
import { BrandPreview } from '../branding/preview.tsx'
import { Loading } from '../rows.tsx'

/** An item of `GET /v1/settings`. */
interface Declared {
  name: string
  value: string | number | null
}

interface Setting {
  /** A path of our own origin; absent: the server has no logo. */
  logo?: string
}

export default () => {
  const settings = useLoaded<{ items: Declared[] }>('/v1/settings')
  const shownOf = (name: string) => {
    const found = settings.value?.items.find((item) => item.name === name)
    return typeof found?.value === 'string' ? found.value : ''
  }
  return (
    <>
      <Heading
        title="Branding"
        lead="What the pages and mails of this server look like. The environment declares it."
      />
      {settings.loading && <Loading />}
      <Failure problem={settings.problem} />
      {settings.value !== undefined && (
        <Trial
          first={{
            name: shownOf('BRAND_NAME'),
            color: shownOf('BRAND_COLOR'),
            css: shownOf('BRAND_CSS'),
            terms: shownOf('TERMS_URL'),
            privacy: shownOf('PRIVACY_URL'),
            support: shownOf('SUPPORT_URL'),
          }}
        />
      )}
    </>
  )
}

const VARIABLES = [
  ['name', 'BRAND_NAME'],
  ['color', 'BRAND_COLOR'],
  ['css', 'BRAND_CSS'],
  ['terms', 'TERMS_URL'],
  ['privacy', 'PRIVACY_URL'],
  ['support', 'SUPPORT_URL'],
] as const

type Trials = Record<(typeof VARIABLES)[number][0], string>

function Trial({ first }: { first: Trials }) {
  const fields = useFields(first)
  const logo = useSignal<string | undefined>(undefined)
  const { name, color, css } = fields.value
  const parsed = isColor(color) ? parseBrandVariables(css, color) : undefined
  const variables = parsed !== undefined && 'accepted' in parsed ? parsed.accepted : noVariables
  const refused = parsed !== undefined && 'refused' in parsed ? parsed.refused : undefined
  const lines = [
    ...VARIABLES.flatMap(([field, variable]) =>
      fields.value[field] === first[field] ? [] : [`${variable}=${quoted(fields.value[field])}`],
    ),
    ...(logo.value === undefined ? [] : [`BRAND_LOGO=${logo.value}`]),
  ]
  return (
    <div class="branding">
      <form class="card" onSubmit={(event) => event.preventDefault()}>
        <TextField {...fields.text('name')} label="Name" maxLength={60} />
        <ColorField
          label="Colour"
          value={color}
          onValue={(value) => fields.set({ color: value })}
          hint="Buttons have it. Texts and links get the nearest colour that can be read."
        />
        <LogoField
          value={logo.value}
          onValue={(value) => {
            logo.value = value
          }}
          maxLength={Math.ceil((MAX_IMAGE_BYTES * 4) / 3)}
        />
        <AreaField
          {...fields.text('css')}
          label="CSS variables"
          hint="--radius, --font, and the colours --page, --card, --line, --ink, --soft, --field, --edge, --focus; each colour also with -dark."
          rows={3}
          mono
          fault={refused === undefined ? undefined : `This ${refused}.`}
        />
        <TextField {...fields.text('terms')} label="Terms" type="url" />
        <TextField {...fields.text('privacy')} label="Privacy notice" type="url" />
        <TextField {...fields.text('support')} label="Support" hint="An e-mail address or an https URL." />
      </form>
      <div>
        <BrandPreview
          name={name}
          color={isColor(color) ? color : '#3730a3'}
          logo={logo.value ?? readSetting<Setting>().logo}
          server={undefined}
          variables={variables}
        />
        <h2>To make it so</h2>
        {lines.length === 0 ? (
          <p class="soft">
            Nothing differs from what the server has. Change a field, and the variables to set stand here.
          </p>
        ) : (
          <>
            <p class="soft">Set these variables in the environment of the server, and restart it.</p>
            <CopyBlock label="Environment" text={lines.join('\n')} />
          </>
        )}
      </div>
    </div>
  )
}

/** As a file of variables takes it, such as `.env`. */
const quoted = (value: string): string =>
  /^[\w@:/.#?=&+-]*$/.test(value) && !value.startsWith('#')
    ? value
    : `'${value.replaceAll("'", "'\\''").replaceAll('\n', ' ')}'`
