import { type TProperties, Type } from '@sinclair/typebox'
import { Timestamp, User } from '../users/schema.ts'

const nullable = (description: string, example: string | null = null) =>
  Type.Union([Type.String(), Type.Null()], { description, examples: [example] })
const time = (description: string) =>
  Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description,
    examples: ['2026-07-09T12:00:00.000Z'],
  })
const list = <Properties extends TProperties>(description: string, properties: Properties) =>
  Type.Array(Type.Object(properties), { description })

const where = {
  address: nullable('From where.', '203.0.113.7'),
  userAgent: nullable('With what.', 'Mozilla/5.0'),
}

/** Everything held about a user, but for what would open the account: no hash, no token, no key. */
export const AccountExport = Type.Object(
  {
    exportedAt: Timestamp,
    user: Type.Composite([
      Type.Object(User.properties),
      Type.Object({
        locale: nullable('The language of mails.', 'en'),
        hasPassword: Type.Boolean(),
      }),
    ]),
    sessions: list('Sign-ins, ended ones too until they are swept.', {
      id: Type.String({ examples: ['ses_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
      kind: Type.Union([Type.Literal('token'), Type.Literal('cookie')]),
      ...where,
      createdAt: Timestamp,
      authenticatedAt: time('null where another provider opened it and does not say when it asked its owner.'),
      lastSeenAt: Timestamp,
      expiresAt: Timestamp,
      endedAt: time('null while it lives.'),
      amr: Type.Array(Type.String(), {
        description: 'How it was opened (RFC 8176).',
        examples: [['pwd', 'otp', 'mfa']],
      }),
    }),
    knownDevices: list('Where the account was signed in to before.', {
      device: Type.String({ examples: ['Firefox on Linux'] }),
      network: Type.String({ description: 'The first bits of an address.', examples: ['203.0.113.0/24'] }),
      firstSeenAt: Timestamp,
      lastSeenAt: Timestamp,
    }),
    identities: list('Accounts elsewhere that open this one. Tokens of their providers are left out.', {
      id: Type.String({ examples: ['idn_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
      provider: Type.String({ examples: ['google'] }),
      issuer: Type.String({ examples: ['https://accounts.google.com'] }),
      subject: Type.String({ description: 'The name of the account there.', examples: ['110248495921238986420'] }),
      email: nullable('As the provider said at the last sign-in.', 'ada@example.com'),
      createdAt: Timestamp,
      lastUsedAt: Timestamp,
    }),
    passkeys: list('Passkeys, without their keys.', {
      id: Type.String({ examples: ['pky_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
      name: Type.String({ examples: ['My laptop'] }),
      credentialId: Type.String({ examples: ['q83vASNFZ4k'] }),
      backedUp: Type.Boolean(),
      createdAt: Timestamp,
      lastUsedAt: time('null when it was never used.'),
      flaggedAt: time('null for a sound one.'),
    }),
    authenticatorApps: list('The authenticator app, without its seed.', {
      createdAt: Timestamp,
      confirmedAt: time('null until a code of it was shown.'),
    }),
    recoveryCodes: list('Recovery codes: when, not which.', {
      createdAt: Timestamp,
      usedAt: time('null when it was not used.'),
    }),
    rememberedDevices: list('Where no second factor is asked for.', {
      id: Type.String({ examples: ['dev_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
      device: Type.String({ examples: ['Firefox on Linux'] }),
      address: Type.Union([Type.String(), Type.Null()], { examples: ['203.0.113.7'] }),
      createdAt: Timestamp,
      lastUsedAt: Timestamp,
      expiresAt: Timestamp,
    }),
    linksAndCodes: list('Links and codes that were sent, until a day after they expired.', {
      purpose: Type.String({ examples: ['verify-email'] }),
      email: Type.String({ examples: ['ada@example.com'] }),
      createdAt: Timestamp,
      expiresAt: Timestamp,
      usedAt: time('null when it was not used.'),
    }),
    mails: list('Mails queued for the account, until some days after they were sent.', {
      id: Type.String({ examples: ['job_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
      state: Type.String({ examples: ['done'] }),
      attempts: Type.Integer(),
      createdAt: Timestamp,
      finishedAt: time('null while it waits.'),
    }),
    events: list('What the user did, and what was done to the account. Where others were is left out.', {
      id: Type.String({ examples: ['evt_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
      type: Type.String({ examples: ['session.created'] }),
      result: Type.Union([Type.Literal('success'), Type.Literal('failure')]),
      at: Timestamp,
      actorId: nullable('Who did it.', 'usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
      userId: nullable('Whom it concerns.', 'usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
      sessionId: nullable('The session it concerns.', 'ses_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
      ...where,
      requestId: nullable('The request it belongs to.', 'req_192121646ad746969'),
      data: Type.Record(Type.String(), Type.Unknown()),
    }),
  },
  {
    title: 'AccountExport',
    description: 'Everything held about an account.',
  },
)
