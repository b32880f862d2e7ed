/** What an application needs of this server: its environment, and a whole application that signs people in with it. */

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
export const sampleApp = ({ issuer, isConfidential }: Pick<Values, 'issuer' | 'isConfidential'>): string => `\
import * as oidc from 'openid-client'

const { OIDC_ISSUER, OIDC_CLIENT_ID, ${isConfidential ? 'OIDC_CLIENT_SECRET, ' : ''}OIDC_REDIRECT_URI } = process.env
const redirectUri = new URL(OIDC_REDIRECT_URI)
const config = await oidc.discovery(
  new URL(OIDC_ISSUER),
  OIDC_CLIENT_ID,
  ${isConfidential ? 'OIDC_CLIENT_SECRET' : 'undefined'},
  ${isConfidential ? 'oidc.ClientSecretBasic(OIDC_CLIENT_SECRET)' : 'oidc.None()'},${
    issuer.startsWith('http:')
      ? `
  { execute: [oidc.allowInsecureRequests] }, // only for an issuer without TLS, on this machine`
      : ''
  }
)
const page = (html) => new Response(\`<!doctype html><meta charset="utf-8">\${html}\`, { headers: { 'content-type': 'text/html' } })

Bun.serve({
  port: redirectUri.port,
  async fetch(request) {
    const url = new URL(request.url)
    if (url.pathname === '/') return page('<h1>Demo</h1><a href="/sign-in">Sign in</a>')
    if (url.pathname === '/sign-in') {
      const [state, verifier] = [oidc.randomState(), oidc.randomPKCECodeVerifier()]
      const target = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri.href,
        scope: 'openid email profile',
        state,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      // The browser that comes back must be the one that was sent.
      const cookie = \`signin=\${state}.\${verifier}; HttpOnly; SameSite=Lax; Path=/; Max-Age=600\`
      return new Response(null, { status: 303, headers: { location: target.href, 'set-cookie': cookie } })
    }
    if (url.pathname === redirectUri.pathname) {
      const [state, verifier] = /signin=([\\w-]+)\\.([\\w-]+)/.exec(request.headers.get('cookie') ?? '')?.slice(1) ?? []
      const answer = new URL(url.pathname + url.search, redirectUri)
      const tokens = await oidc.authorizationCodeGrant(config, answer, {
        expectedState: state,
        pkceCodeVerifier: verifier,
      })
      const person = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
      return page(\`<h1>Signed in</h1><p>\${Bun.escapeHTML(person.email ?? person.sub)}</p>\`)
    }
    return new Response('Not found', { status: 404 })
  },
})
console.log(\`Open \${redirectUri.origin}/\`)
`
