/** @jsxImportSource preact */
/**
 * What an action of a page is as a call of the API, and as a command of the operator.
 *
 *     <AsCommand call={{ method: 'POST', path: `/v1/users/${id}/disable` }} cli={['users', 'disable', email]} />
 *
 * `cli` is a list of words, each quoted by itself. An option is one word with its value (`--name=${name}`), so a value that begins
 * with a dash stays a value. Without it the line is the same call as `cli api`. Null: only a person can do this, so no command can. A
 * secret in `body` must not be in it: replace it by a placeholder first.
 */
import { tokenCommand } from '../lib/token-command.ts'
import type { Sent } from './api.ts'
import { CopyButton } from './copy.tsx'
import { Scroll } from './scroll.tsx'
import { readSetting } from './setting.ts'
import { apiWords, asCli, asCurl } from './shell-words.ts'

export function AsCommand({
  call,
  cli,
  bearer = true,
}: {
  call: Sent
  cli?: readonly string[] | null | undefined
  /** Whether the call needs a token. */
  bearer?: boolean
}) {
  const appUrl = readSetting<{ appUrl?: string }>().appUrl ?? location.origin
  const curl = asCurl(appUrl, call, bearer)
  return (
    <details class="as-command">
      <summary>As a command</summary>
      <Line label="curl" text={curl} />
      {cli === null ? (
        <p class="soft">The CLI has no such command: it is nobody’s account.</p>
      ) : (
        <Line label="CLI" text={asCli(cli ?? apiWords(call))} />
      )}
      {bearer && (
        <details>
          <summary>Where does $TOKEN come from?</summary>
          <p class="soft">
            From a sign-in, for five minutes. An account with a second factor, and a program, use an{' '}
            <a href="/docs/api-keys">API key</a> in its place.
          </p>
          <Line label="Token" text={tokenCommand(appUrl, 'YOUR_EMAIL', 'YOUR_PASSWORD')} />
        </details>
      )}
    </details>
  )
}

const Line = ({ label, text }: { label: string; text: string }) => (
  <div class="command">
    <span>{label}</span>
    <Scroll label={`The same with ${label}`}>{text}</Scroll>
    <CopyButton text={text} label={`Copy ${label}`} />
  </div>
)
