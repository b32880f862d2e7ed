/** @jsxImportSource @kitajs/html */
/** `/docs`: what this server is, the first calls, and the way to every guide. */
import type { Config } from '../../config.ts'
import { tokenCommand } from '../../lib/token-command.ts'
import { codeBlock } from './highlight.ts'
import type { Framed } from './layout.tsx'
import type { Site } from './site.ts'

interface Step {
  title: string
  text: string
  code: string
}

const steps = (appUrl: string): Step[] => [
  {
    title: 'Make the first administrator',
    text: 'A new server prints a set-up token when it starts. It works once.',
    code: `curl '${appUrl}/v1/setup' -H 'Content-Type: application/json' -d '{
  "token": "…", "email": "ada@example.com", "name": "Ada", "password": "correct horse battery"
}'`,
  },
  {
    title: 'Create an account, and sign in',
    text: 'Both answer with an access token, which lives for five minutes, and a refresh token. The second call keeps the access token in $TOKEN. With EMAIL_VERIFICATION=required, confirm the address first.',
    code: `curl '${appUrl}/v1/auth/sign-up' -H 'Content-Type: application/json' -d '{
  "email": "grace@example.com", "password": "correct horse battery"
}'
${tokenCommand(appUrl, 'grace@example.com', 'correct horse battery')}`,
  },
  {
    title: 'Use the access token',
    text: 'Whose token is it? The answer is the account.',
    code: `curl '${appUrl}/v1/me' -H "Authorization: Bearer $TOKEN"`,
  },
  {
    title: 'Verify tokens in your own API',
    text: 'With the public keys of this server, and without a call for each request.',
    code: `import { createRemoteJWKSet, jwtVerify } from 'jose'

const issuer = '${appUrl}'
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer))
const { payload } = await jwtVerify(token, keys, { issuer, typ: 'at+jwt', algorithms: ['EdDSA'] })`,
  },
]

export function startPage({ groups, reference, decisions }: Site, { appUrl, brandName }: Config): Framed {
  const operations = reference.reduce((sum, { operations: count }) => sum + count, 0)
  const body = (
    <>
      <p class="lead">
        The API with which people, programs and AI agents sign in: accounts, sessions, second factors, passkeys,
        organisations, authorization, and OAuth 2.1 with OpenID Connect for your own apps.
      </p>
      <ul class="cards">
        {[
          ['/docs/api', 'API reference', `All ${operations} operations, with their fields, failures and samples.`],
          ['/docs/oauth', 'Sign in with this server', 'Let people use their account here in your app.'],
          ['/docs/errors', 'Error catalogue', 'What each code means, and what to do about it.'],
        ].map(([path, title, text]) => (
          <li>
            <a href={path}>
              <strong>{title}</strong> <span>{text}</span>
            </a>
          </li>
        ))}
      </ul>
      <h2 id="first-steps">First steps</h2>
      <ol class="steps">
        {steps(appUrl).map(({ title, text, code }) => (
          <li>
            <h3>{title}</h3>
            <p>{text}</p>
            {codeBlock(code, code.startsWith('curl') ? 'sh' : 'ts')}
          </li>
        ))}
      </ol>
      <p>
        In a browser, the same works without code: <a href="/sign-in">sign in</a>, then open{' '}
        <a href="/account">your account</a>, or <a href="/console">the console</a> as an administrator.
      </p>
      <h2 id="guides">Guides</h2>
      {groups.map(({ title, pages }) => (
        <section class="group-of-guides">
          <h3 safe>{title}</h3>
          <dl>
            {pages.map(({ path, title: name, summary }) => (
              <div>
                <dt>
                  <a href={path} safe>
                    {name}
                  </a>
                </dt>
                <dd safe>{summary}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      {decisions.length === 0 ? (
        ''
      ) : (
        <p>
          <a href="/docs/adr">{`${decisions.length} decisions`}</a> say why it is made like this.
        </p>
      )}
      <h2 id="for-programs">For programs that read</h2>
      <p>
        <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1) for generators of clients.{' '}
        <a href="/llms.txt">llms.txt</a> and <a href="/llms-full.txt">llms-full.txt</a> for language models. Every guide
        is also Markdown: put <code>.md</code> after its address.
      </p>
    </>
  ) as string
  return {
    path: '/docs',
    title: `${brandName} docs`,
    summary: `How to use and run ${brandName}: guides, API reference, errors.`,
    body,
    contents: [
      { id: 'first-steps', text: 'First steps', level: 2 },
      { id: 'guides', text: 'Guides', level: 2 },
      { id: 'for-programs', text: 'For programs that read', level: 2 },
    ],
  }
}

/** For a server whose files of the docs were not deployed: it says so, and what is there all the same. */
export const bareStartPage = ({ brandName }: Config): Framed => ({
  path: '/docs',
  title: `${brandName} docs`,
  summary: `How to use ${brandName}.`,
  body: `<p>The files of the guides were not deployed with this server: <code>assets/docs</code> of the build. These are there all the same:</p>
<ul><li><a href="/openapi.json">openapi.json</a>, the API</li><li><a href="/docs/errors">the error catalogue</a></li></ul>`,
})
