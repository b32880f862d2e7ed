import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { oneTimeCode } from '../../lib/codes.ts'

export const Factor = Type.Union([Type.Literal('totp'), Type.Literal('recovery_code'), Type.Literal('passkey')])
export type Factor = Static<typeof Factor>

export const Challenge = Type.String({
  minLength: 1,
  maxLength: 1024,
  description:
    'From the answer to the first factor. It is valid for 10 minutes, works once, and only for the second factor.',
  examples: ['eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJtZmFfMDE5MGE1ZTAifQ.c2lnbmF0dXJl'],
})

export const MfaRequired = Type.Object(
  {
    status: Type.Literal('mfa_required'),
    challenge: Challenge,
    factors: Type.Array(Factor, {
      description: 'The factors that this account has.',
      examples: [['totp', 'recovery_code']],
    }),
  },
  {
    title: 'MfaRequired',
    description: 'The first factor was correct. No session is open yet: the server asks for a second factor.',
  },
)
export type MfaRequired = Static<typeof MfaRequired>

/** The token of a remembered device, for clients that store no cookies. */
export const DeviceToken = Type.String({
  minLength: 1,
  maxLength: 512,
  description: 'The token of a remembered device (`rememberDevice`). Browsers send it as a cookie instead.',
  examples: ['q3Zb0s3yq0yq3o1c2Wk8p5v7x9A1bC4dE6fG8hJ0kL2'],
})

const closed = { additionalProperties: false }

export const TotpCode = oneTimeCode('The six digits that the app shows.')

export const RememberDevice = Type.Boolean({
  description: 'If true, sign-ins on this device need no second factor for 30 days.',
  examples: [true],
})
const challenged = { challenge: Challenge, rememberDevice: Type.Optional(RememberDevice) }

export const VerifyFactorBody = Type.Union(
  [
    Type.Object({ ...challenged, factor: Type.Literal('totp'), code: TotpCode }, { ...closed, title: 'VerifyTotp' }),
    Type.Object(
      {
        ...challenged,
        factor: Type.Literal('recovery_code'),
        code: Type.String({
          minLength: 1,
          maxLength: 64,
          description: 'The recovery code. Capitals, spaces and hyphens do not matter.',
          examples: ['4k7mz2-hq0v9x-c3rtne-8wbd5y'],
        }),
      },
      { ...closed, title: 'VerifyRecoveryCode' },
    ),
  ],
  { title: 'VerifyFactor' },
)
export type VerifyFactor = Static<typeof VerifyFactorBody>

const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })
const Count = (what: string) => Type.Integer({ minimum: 0, description: what, examples: [1] })

export const MfaStatus = Type.Object(
  {
    required: Type.Boolean({ description: 'True if a role of the user requires a second factor.' }),
    password: Type.Boolean({ description: 'True if the account has a password.' }),
    totp: Type.Union([Type.Object({ addedAt: Timestamp }), Type.Null()], { description: 'The authenticator app.' }),
    passkeys: Count('The number of passkeys.'),
    recoveryCodes: Count('The number of unused recovery codes.'),
    rememberedDevices: Count('The number of devices that need no second factor.'),
  },
  { title: 'MfaStatus' },
)
export type MfaStatus = Static<typeof MfaStatus>

export const UserFactors = Type.Omit(MfaStatus, ['required'], { title: 'UserFactors' })
export type UserFactors = Static<typeof UserFactors>

export const TotpEnrolmentBody = Type.Object(
  {
    secret: Type.String({
      description: 'Base32, for users who type it.',
      examples: ['JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'],
    }),
    uri: Type.String({
      description: 'The `otpauth:` URI that apps read.',
      examples: ['otpauth://totp/Threeger:ada%40example.com?issuer=Threeger&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'],
    }),
    qrSvg: Type.String({
      description: 'The same URI as a QR code: an SVG document.',
      examples: ['<svg xmlns=…></svg>'],
    }),
  },
  {
    title: 'TotpEnrolment',
    description: 'Shown once. The app becomes a factor when `POST /v1/me/mfa/totp/confirm` gets a code of it.',
  },
)

export const ConfirmTotp = Type.Object(
  {
    code: TotpCode,
    endOtherSessions: Type.Optional(
      Type.Boolean({
        description: 'End all other sessions, because they were opened without this factor. Default: true.',
        examples: [true],
      }),
    ),
  },
  { ...closed, title: 'ConfirmTotp' },
)

export const RecoveryCodes = Type.Object(
  {
    recoveryCodes: Type.Array(Type.String(), {
      description: 'Ten codes. Each works once. They are not shown again.',
      examples: [['4k7mz2-hq0v9x-c3rtne-8wbd5y']],
    }),
  },
  { title: 'RecoveryCodes' },
)

const DeviceId = Type.String({ pattern: '^dev_[0-9a-f]{32}$', examples: ['dev_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
export const DeviceParams = t.Object({ id: DeviceId })

export const RememberedDevices = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        id: DeviceId,
        device: Type.String({ examples: ['Firefox on Linux'] }),
        address: Type.Union([Type.String(), Type.Null()], { examples: ['203.0.113.7'] }),
        createdAt: Timestamp,
        lastUsedAt: Timestamp,
        expiresAt: Timestamp,
      }),
      { maxItems: 100, description: 'The last used device first.' },
    ),
  },
  { title: 'RememberedDevices' },
)
export type RememberedDevices = Static<typeof RememberedDevices>
