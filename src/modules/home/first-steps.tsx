/** @jsxImportSource @kitajs/html */
/** For who has just started the server: the first calls, to copy, and the state of its parts. In development only. */
import { escapeHtml } from '@kitajs/html'
import type { Config } from '../../config.ts'
import { tokenCommand } from '../../lib/token-command.ts'
import { toHtml } from '../mail/to-html.ts'

const EMAIL = 'ada@example.com'
const PASSWORD = 'correct horse battery'

export interface Step {
  title: string
  why: string
  /** For a shell. Each works after the ones before it. */
  call: string
}

/** `\` and a line break between the parts of a call. */
const lines = (...parts: string[]): string => parts.join(' \\\n  ')
const JSON_BODY = "-H 'content-type: application/json'"

/** The calls of this server, in their order. */
const firstCalls = (appUrl: string): Step[] => [
  {
    title: 'Sign up',
    why: 'Makes a person and a session.',
    call: lines(
      `curl -s ${appUrl}/v1/auth/sign-up`,
      JSON_BODY,
      `-d '{"email":"${EMAIL}","password":"${PASSWORD}","name":"Ada"}'`,
    ),
  },
  {
    title: 'Sign in, and keep the access token',
    why: 'The token is good for five minutes; a refresh gives the next one.',
    call: tokenCommand(appUrl, EMAIL, PASSWORD),
  },
  {
    title: 'Check the token',
    why: 'Your API does the same with each request, or verifies the token offline with the keys of this server.',
    call: lines(`curl -s ${appUrl}/v1/me`, '-H "authorization: Bearer $TOKEN"'),
  },
]

/** With the token that the terminal prints. */
export const setupCall = (appUrl: string): string =>
  lines(
    `curl -s ${appUrl}/v1/setup`,
    JSON_BODY,
    `-d '{"token":"THE_SET_UP_TOKEN","email":"admin@example.com","password":"${PASSWORD} staple","name":"Admin"}'`,
  )

export function firstSteps(config: Config, { hasAdmin }: { hasAdmin: boolean }): string {
  const { appUrl } = config
  return toHtml(
    <section class="steps" lang="en" aria-labelledby="first-steps">
      <h2 id="first-steps">First steps</h2>
      <p class="soft">This part is shown in development only.</p>
      {hasAdmin ? '' : setUp(appUrl)}
      <ol>
        {firstCalls(appUrl)
          .map(({ title, why, call }, index) =>
            toHtml(
              <li>
                <h3 safe>{title}</h3>
                <p class="soft" safe>
                  {why}
                </p>
                {copyable(`call-${index}`, `${title}: the call`, call)}
              </li>,
            ),
          )
          .join('')}
      </ol>
      <h2>State</h2>
      {state(config)}
    </section>,
  )
}

const setUp = (appUrl: string): string =>
  toHtml(
    <div class="set-up">
      <h3>Make the first administrator</h3>
      <p>
        The terminal shows a link with the one-time token. <a href="/setup">Open the set-up page</a> and paste the
        token, or send it:
      </p>
      {copyable('call-setup', 'Set-up: the call', setupCall(appUrl))}
    </div>,
  )

const copyable = (id: string, label: string, text: string): string =>
  toHtml(
    <div class="copyable">
      <pre id={id} safe>
        {text}
      </pre>
      <button type="button" class="copy" data-copy={id} aria-label={escapeHtml(`Copy ${label}`)} hidden>
        Copy
      </button>
    </div>,
  )

/** What the environment says. The script adds what `GET /readyz` answers. */
function state({ mailUrl, rateLimit, redisUrl, databaseUrl, emailVerification, appUrl }: Config): string {
  const rows: readonly (readonly [name: string, value: string, more: string])[] = [
    [
      'Database',
      databaseUrl.startsWith('file:') ? `embedded, ${databaseUrl.slice(5)}` : 'a libSQL server',
      ready('database'),
    ],
    ['Signing keys', 'Ed25519', link('/.well-known/jwks.json', 'Public keys') + ready('keys')],
    [
      'Mail',
      mailUrl === 'console:' ? 'kept here, not sent' : mailUrl === undefined ? 'waits for MAIL_URL' : 'sent',
      link('/dev/mail', 'Read the mails'),
    ],
    ['E-mail verification', emailVerification, ''],
    ['Rate limits', rateLimit ? `on, counted ${redisUrl === undefined ? 'in this process' : 'in Redis'}` : 'off', ''],
    ['Issuer', appUrl, link('/.well-known/openid-configuration', 'Discovery document')],
  ]
  return toHtml(
    <>
      <dl class="state">
        {rows
          .map(([name, value, more]) =>
            toHtml(
              <div>
                <dt safe>{name}</dt>
                <dd>
                  <span safe>{value}</span>
                  {more}
                </dd>
              </div>,
            ),
          )
          .join('')}
      </dl>
      <ul class="warnings" data-warnings hidden></ul>
    </>,
  )
}

const link = (url: string, label: string): string =>
  toHtml(
    <a href={url} safe>
      {label}
    </a>,
  )

const ready = (check: string): string => toHtml(<b data-check={check}></b>)
