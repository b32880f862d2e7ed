/** What an application needs of this server: its environment, and a whole application that signs people in with it. */
import text from './sample-app.txt' with { type: 'text' }

interface Values {
  issuer: string
  clientId: string
  redirectUri: string
  /** Undefined: a client without one, or the page was loaded again. */
  secret: string | undefined
  isConfidential: boolean
}

export const envFile = ({ issuer, clientId, redirectUri, secret, isConfidential }: Values): string =>
  [
    `OIDC_ISSUER=${issuer}`,
    `OIDC_CLIENT_ID=${clientId}`,
    ...(isConfidential ? [`OIDC_CLIENT_SECRET=${secret ?? ''}`] : []),
    `OIDC_REDIRECT_URI=${redirectUri}`,
    '',
  ].join('\n')

/** The walk of test/modules/console/first-hour.test.ts runs it as it is. */
export const sampleApp: string = text
