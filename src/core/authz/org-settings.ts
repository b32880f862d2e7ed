/** What an organisation requires of its members. `organisations.settings` holds the fields that were set. */
import { type Static, type TSchema, Type } from '@sinclair/typebox'

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
export const OrgSettings = Type.Object(fields, { title: 'OrgSettings' })
export type OrgSettings = Static<typeof OrgSettings>

/** A change. An absent field stays as it is. */
export const UpdateOrgSettings = Type.Partial(Type.Object(fields), {
  additionalProperties: false,
  title: 'UpdateOrgSettings',
})
export type UpdateOrgSettings = Static<typeof UpdateOrgSettings>

const defaults: OrgSettings = {
  mfaRequired: false,
  sessionMaxAgeSeconds: null,
  signInMethods: null,
  emailDomains: null,
}

/** The settings of a row of `organisations`, with the defaults of the fields that were never set. */
export const settingsOf = ({ settings }: { settings: Readonly<Partial<OrgSettings>> }): OrgSettings => ({
  mfaRequired: settings.mfaRequired ?? defaults.mfaRequired,
  sessionMaxAgeSeconds: settings.sessionMaxAgeSeconds ?? defaults.sessionMaxAgeSeconds,
  signInMethods: settings.signInMethods ?? defaults.signInMethods,
  emailDomains: settings.emailDomains ?? defaults.emailDomains,
})
