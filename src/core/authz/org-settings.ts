/** What an organisation requires of its members, and what it shows of itself. `organisations.settings` holds the fields that were set. */
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { HAS_VISIBLE_TEXT } from '../../lib/storable-text.ts'

const orNull = <T extends TSchema>(schema: T, description: string, expected?: string) =>
  Type.Union([schema, Type.Null()], {
    description,
    examples: [null],
    ...(expected === undefined ? {} : { 'x-expected': expected }),
  })

const SignInMethod = Type.Union([
  Type.Literal('password'),
  Type.Literal('email'),
  Type.Literal('passkey'),
  Type.Literal('provider'),
])

/** An organisation may have a smaller logo than a server, because lists of organisations carry it. */
export const MAX_ORG_LOGO = 12_000

const link = (description: string, pattern: string, example: string, expected: string) =>
  orNull(Type.String({ maxLength: 512, pattern, examples: [example] }), description, expected)

/** What ends an attribute or an element, controls, and marks that hide or turn letters. */
const UNSAFE = '<>"\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff'

const brandingFields = {
  name: orNull(
    Type.String({
      minLength: 1,
      maxLength: 60,
      pattern: `^(?=.*${HAS_VISIBLE_TEXT})[^${UNSAFE}]+$`,
      examples: ['Acme'],
    }),
    'The name that pages and mails show. Null: no name.',
    'null, or a name of 1 to 60 characters without <, > and "',
  ),
  color: orNull(
    Type.String({ pattern: '^#[0-9a-fA-F]{6}$', examples: ['#0f766e'] }),
    'The colour of buttons. Texts and links get the nearest colour that can be read. Null: that of the server.',
    'null, or a colour as #rrggbb',
  ),
  logo: orNull(
    Type.String({
      maxLength: MAX_ORG_LOGO,
      pattern: '^data:image/(?:svg\\+xml|png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}$',
      examples: ['data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4='],
    }),
    'A `data:` URL with base64 of an SVG, PNG, JPEG or WebP file. Null: no logo.',
    `null, or a data: URL of at most ${MAX_ORG_LOGO} characters with base64 of an SVG, PNG, JPEG or WebP file`,
  ),
  termsUrl: link('https URL of its terms.', '^https://', 'https://www.acme.example/terms', 'null, or an https URL'),
  privacyUrl: link(
    'https URL of its privacy notice.',
    '^https://',
    'https://www.acme.example/privacy',
    'null, or an https URL',
  ),
  supportUrl: link(
    'Where its people get help: an https URL, or mailto: and an address.',
    '^(?:https://|mailto:[^?]+$)',
    'mailto:help@acme.example',
    'null, an https URL, or mailto: and an address',
  ),
}

/** What an organisation publishes of itself. Strangers see it. */
const OrgBranding = Type.Object(brandingFields, { title: 'OrgBranding' })
export type OrgBranding = Static<typeof OrgBranding>
const UpdateOrgBranding = Type.Partial(OrgBranding, { additionalProperties: false, title: 'UpdateOrgBranding' })
const BRANDING =
  'What pages and mails of the organisation show, to everybody who knows its slug. Null: they look as those of the server.'

const fields = {
  mfaRequired: Type.Boolean({ description: 'Members need a second factor in the organisation.', examples: [false] }),
  sessionMaxAgeSeconds: orNull(
    Type.Integer({ minimum: 300, maximum: 2_592_000 }),
    'Seconds since the sign-in after which a session does not work in the organisation any more. Null: the limit of the server.',
  ),
  signInMethods: orNull(
    Type.Array(SignInMethod, { minItems: 1, maxItems: 4, uniqueItems: true }),
    'How members may have signed in. Null: in every way.',
    'null, or a list of different values: password, email, passkey, provider',
  ),
  emailDomains: orNull(
    Type.Array(
      Type.String({
        maxLength: 253,
        pattern: '^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$',
        examples: ['acme.example'],
      }),
      { minItems: 1, maxItems: 50, uniqueItems: true },
    ),
    'The domains that the e-mail addresses of new members may have: ASCII (UTS 46), small letters. Null: every domain.',
    'null, or a list of 1 to 50 different domains in small letters, such as acme.example',
  ),
}

/** Complete, as answers show it. */
export const OrgSettings = Type.Object({ ...fields, branding: orNull(OrgBranding, BRANDING) }, { title: 'OrgSettings' })
export type OrgSettings = Static<typeof OrgSettings>

/** A change. An absent field stays as it is, also in `branding`. */
export const UpdateOrgSettings = Type.Partial(
  Type.Object({ ...fields, branding: orNull(UpdateOrgBranding, BRANDING) }),
  { additionalProperties: false, title: 'UpdateOrgSettings' },
)
export type UpdateOrgSettings = Static<typeof UpdateOrgSettings>

const defaults: OrgSettings = {
  mfaRequired: false,
  sessionMaxAgeSeconds: null,
  signInMethods: null,
  emailDomains: null,
  branding: null,
}

const noBranding: OrgBranding = {
  name: null,
  color: null,
  logo: null,
  termsUrl: null,
  privacyUrl: null,
  supportUrl: null,
}

/** Settings as they are stored: the fields that were set, also within `branding`. */
export type StoredSettings = Readonly<
  Partial<Omit<OrgSettings, 'branding'>> & { branding?: Readonly<Partial<OrgBranding>> | null }
>

/** The settings of a row of `organisations`, with the defaults of the fields that were never set. */
export const settingsOf = ({ settings }: { settings: StoredSettings }): OrgSettings => ({
  mfaRequired: settings.mfaRequired ?? defaults.mfaRequired,
  sessionMaxAgeSeconds: settings.sessionMaxAgeSeconds ?? defaults.sessionMaxAgeSeconds,
  signInMethods: settings.signInMethods ?? defaults.signInMethods,
  emailDomains: settings.emailDomains ?? defaults.emailDomains,
  branding: publishes(settings.branding) ? { ...noBranding, ...settings.branding } : defaults.branding,
})

const publishes = (branding: StoredSettings['branding']): boolean =>
  Object.values(branding ?? {}).some((value) => value !== null)
