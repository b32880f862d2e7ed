/** The pages, and what each of them asks the API for. */

export interface Kind {
  /** Uses a link or code up. */
  redeem: string
  /** Sends a new mail; absent where only somebody signed in can. */
  ask?: string
  /** Redeeming sets a new password. */
  setsPassword?: true
  /** Redeeming signs this browser in; this tells whether it still is. */
  signsIn?: { account: string }
}

export const kinds = {
  'verify-email': { redeem: '/v1/auth/verify-email', ask: '/v1/auth/verify-email/resend' },
  'confirm-email': { redeem: '/v1/auth/verify-email' },
  'reset-password': { redeem: '/v1/auth/reset-password', ask: '/v1/auth/forgot-password', setsPassword: true },
  'sign-in': { redeem: '/v1/auth/email-code/verify', ask: '/v1/auth/email-code', signsIn: { account: '/v1/me' } },
} as const satisfies Record<string, Kind>

export type PageName = keyof typeof kinds
export const pageNames = Object.keys(kinds) as PageName[] // its own keys
