/** @jsxImportSource preact */
/**
 * What an action of a page is as a call of the API, and as a command of the operator.
 *
 *     <AsCommand call={{ method: 'POST', path: `/v1/users/${id}/disable` }} cli={['users', 'disable', email]} />
 *
 * `cli` is a list of words, each quoted by itself. An option is one word with its value (`--name=${name}`), so a value that begins
 * with a dash stays a value. Leave it out where the CLI has no such command. A secret in `body` must not
 * be in it: replace it by a placeholder first.
 */
import { tokenCommand } from '../lib/token-command.ts'
import type { Sent } from './api.ts'
import { CopyButton } from './copy.tsx'
import { Scroll } from './scroll.tsx'
import { readSetting } from './setting.ts'
import { asCurl, shellWord } from './shell-words.ts'

export function AsCommand({
  call,
  cli,
  bearer = true,
}: {
  call: Sent
  cli?: readonly string[] | undefined
  /** Whether the call needs a token. */
  bearer?: boolean
}) {
  const appUrl = readSetting<{ appUrl?: string }>().appUrl ?? location.origin
  const curl = asCurl(appUrl, call, bearer)
  const command = cli && `bun run cli ${cli.map(shellWord).join(' ')}`
  return (
    <details class="as-command">
      <summary>As a command</summary>
      <Line label="curl" text={curl} />
      {command !== undefined && <Line label="CLI" text={command} />}
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
