import { type CommandContext, type CommandGroup, command, jsonOption, UsageError } from './command.ts'
import { program } from './program.ts'
import { printable } from './terminal.ts'

const rotateCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'rotate',
    description: 'Publish a new signing key, and use it after every verifier has it. No session ends.',
    args: {
      alg: {
        type: 'enum',
        options: ['EdDSA', 'RS256', 'ES256'],
        description: 'Only of this algorithm. Absent: of each that has a key.',
      },
      ...jsonOption,
    },
    async run({ alg, json }) {
      for await (const reply of ask('keys.rotate', alg === undefined ? {} : { alg })) {
        if (!('item' in reply)) continue
        const { id, activeAt } = reply.item
        terminal.out(json ? JSON.stringify(reply.item) : `${id} is published. It signs from ${activeAt} on.`)
      }
    },
  })

/** The commands of before `signing-keys`. */
export const keysCommands = (context: CommandContext): CommandGroup => ({
  meta: { name: `${program} keys`, description: 'Keys that sign tokens. The same as signing-keys.' },
  subCommands: { rotate: rotateCommand(context) },
})

export const signingKeysCommands = (context: CommandContext): CommandGroup => {
  const { ask, terminal } = context
  return {
    meta: { name: `${program} signing-keys`, description: 'Keys that sign tokens: list, rotate, revoke.' },
    subCommands: {
      list: command({
        name: 'list',
        description: 'List the signing keys: id, algorithm, state, signs from, ends. Separated by tabs.',
        args: jsonOption,
        async run({ json }) {
          for await (const reply of ask('signing-keys.list', {})) {
            if (!('item' in reply)) continue
            const { item } = reply
            const cells = [item.id, item.alg, item.state, item.activeAt, item.endsAt ?? 'open']
            terminal.out(json ? JSON.stringify(item) : cells.map(printable).join('\t'))
          }
        },
      }),
      rotate: rotateCommand(context),
      revoke: command({
        name: 'revoke',
        description: 'End a signing key that others may know. Its tokens are refused at once, and another key signs.',
        args: {
          id: { type: 'positional', required: true, description: 'The id of the key.' },
          compromised: { type: 'boolean', description: 'Needed. To change a key that is still secret, use rotate.' },
          ...jsonOption,
        },
        async run({ id, compromised, json }) {
          if (compromised !== true)
            throw new UsageError(
              'revoke needs --compromised: every token of the key is refused at once. To change a key that is still secret, use rotate.',
            )
          for await (const reply of ask('signing-keys.revoke', { id })) {
            if (!('item' in reply)) continue
            if (json) terminal.out(JSON.stringify(reply.item))
            else for (const line of told(reply.item)) terminal.out(line)
          }
        },
      }),
    },
  }
}

const told = ({ id, alg, successor }: { id: string; alg: string; successor: string }): string[] => [
  `${id} (${alg}) is revoked: it left the JWKS and verifies nothing. ${successor} signs from now on.`,
  'No session ends: apps refresh their access tokens. Signed API keys of it are refused: issue them anew.',
  'APIs that verify tokens by themselves accept its tokens until they read the JWKS again: 5 minutes at most.',
]
