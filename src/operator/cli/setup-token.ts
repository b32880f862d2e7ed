import { type CommandContext, command, jsonOption } from './command.ts'

/** For servers without a visible console, such as functions. Any process with the same APP_SECRET and APP_URL can make a token. */
export const setupTokenCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'setup-token',
    description: 'Print a set-up token for POST /v1/setup. It works once, for a day, until there is an administrator.',
    args: jsonOption,
    async run({ json }) {
      for await (const reply of ask('setup.token', {}))
        if ('item' in reply) terminal.out(json ? JSON.stringify(reply.item) : reply.item.token)
    },
  })
