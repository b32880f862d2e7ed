/** The pages, and the API routes that each page calls. */

export interface Kind {
  /** The route that uses a link or code. */
  redeem: string
  /** The route that sends a new mail. Absent if only a signed-in user can ask for one. */
  ask?: string
  /** Using the link or code sets a new password. */
  setsPassword?: true
  /** Using the link needs a session: the page lets the person sign in or sign up first, and keeps the link meanwhile. */
  needsSession?: true
}

export const kinds = {
  'verify-email': { redeem: '/v1/auth/verify-email', ask: '/v1/auth/verify-email/resend' },
  'confirm-email': { redeem: '/v1/auth/verify-email' },
  'reset-password': { redeem: '/v1/auth/reset-password', ask: '/v1/auth/forgot-password', setsPassword: true },
  'accept-invitation': { redeem: '/v1/invitations/accept', ask: '/v1/auth/email-code', needsSession: true },
} as const satisfies Record<string, Kind>

export type PageName = keyof typeof kinds
export const pageNames = Object.keys(kinds) as PageName[]
export const kindOf = (name: PageName): Kind => kinds[name]
