/** @jsxImportSource preact */
import { CopyBlock, SecretOnce } from '../../../browser/copy.tsx'
import { Code } from '../../../browser/detail.tsx'
import { clientSecret, go, progress, setting } from './progress.ts'
import { envFile, sampleApp } from './sample.ts'

export function Finished() {
  const { client, email = setting.email } = progress.value
  if (client !== undefined) return <Connect client={client} />
  if (email === undefined)
    return (
      <>
        <p>There is an administrator, so nobody can set it up again. Sign in to manage it.</p>
        <a class="button" href="/sign-in?return_to=/console">
          Sign in
        </a>
      </>
    )
  return (
    <>
      <p>
        You are signed in as <strong>{email}</strong>.
      </p>
      <a class="button" href="/console">
        Open the console
      </a>
      <p class="more">
        <button type="button" class="link" onClick={() => go({ step: 'client' })}>
          Connect an application
        </button>
      </p>
    </>
  )
}

function Connect({ client }: { client: NonNullable<typeof progress.value.client> }) {
  const secret = clientSecret.value
  const values = { issuer: setting.appUrl, ...client, secret }
  return (
    <>
      <p>Give these values to your application. The issuer tells it everything else.</p>
      <p>
        Client id
        <br />
        <Code text={client.clientId} />
      </p>
      {client.isConfidential &&
        (secret === undefined ? (
          <p class="warning">
            The secret was shown once, and the page was loaded again. Make another one in the{' '}
            <a href={`/console/oauth-clients/${client.clientId}`}>console</a>.
          </p>
        ) : (
          <SecretOnce label="Client secret" value={secret} />
        ))}
      <CopyBlock label=".env" text={envFile(values)} />
      <details class="as-command">
        <summary>A whole application to try it with</summary>
        <CopyBlock label="app.ts" text={sampleApp} />
        <p class="soft">
          Save both files in an empty folder, then run <code>bun add openid-client</code> and{' '}
          <code>bun --env-file=.env app.ts</code>.
        </p>
      </details>
      <a class="button" href="/console">
        Open the console
      </a>
      <p class="more">
        <a href="/docs">Read the guides</a>
      </p>
    </>
  )
}
