/** @jsxImportSource preact */
import { CopyBlock } from '../../../../../browser/copy.tsx'
import { Code, Details } from '../../../../../browser/detail.tsx'
import { readSetting } from '../../../../../browser/setting.ts'
import type { OAuthClient } from '../../../../oauth-clients/schema.ts'

type Client = Pick<
  OAuthClient,
  'clientId' | 'grantTypes' | 'tokenEndpointAuthMethod' | 'redirectUris' | 'scopes' | 'audiences'
>

/** What the configuration of the application needs, to copy. */
export function AppSettings({ client }: { client: Client }) {
  const issuer = readSetting<{ appUrl?: string }>().appUrl ?? location.origin
  return (
    <>
      <Details
        items={[
          ['Issuer', <Code text={issuer} />],
          ['Client id', <Code text={client.clientId} />],
          ['Discovery', <Code text={`${issuer}/.well-known/openid-configuration`} />],
        ]}
      />
      <CopyBlock label="Environment of the app" text={environmentOf(client, issuer)} />
      {client.grantTypes.includes('client_credentials') && (
        <CopyBlock label="Get a token" text={tokenCommandOf(client, issuer)} />
      )}
    </>
  )
}

/** Names that libraries of OpenID Connect commonly use. */
function environmentOf({ clientId, tokenEndpointAuthMethod, redirectUris, scopes }: Client, issuer: string): string {
  const lines = [`OIDC_ISSUER=${issuer}`, `OIDC_CLIENT_ID=${clientId}`]
  if (tokenEndpointAuthMethod.startsWith('client_secret')) lines.push('OIDC_CLIENT_SECRET=<the secret>')
  if (redirectUris[0] !== undefined) lines.push(`OIDC_REDIRECT_URI=${redirectUris[0]}`)
  if (scopes !== null && scopes.length > 0) lines.push(`OIDC_SCOPES="${scopes.join(' ')}"`)
  return lines.join('\n')
}

const tokenCommandOf = ({ scopes, audiences }: Client, issuer: string): string =>
  [
    `curl ${issuer}/oauth/token \\`,
    '  -u "$OIDC_CLIENT_ID:$OIDC_CLIENT_SECRET" \\',
    '  -d grant_type=client_credentials',
    ...(audiences?.[0] === undefined ? [] : [`  -d resource=${audiences[0]}`]),
    ...(scopes === null || scopes.length === 0 ? [] : [`  -d scope='${scopes.join(' ')}'`]),
  ]
    .join(' \\\n')
    .replaceAll('\\ \\', '\\')
