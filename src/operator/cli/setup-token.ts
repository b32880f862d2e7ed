import { type CommandContext, command, jsonOption } from './command.ts'

/** For servers whose console nobody sees, such as functions: the same APP_SECRET and APP_URL make the same tokens. */
export const setupTokenCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'setup-token',
    description: 'Print a set-up token for POST /v1/setup: good once, for a day, while there is no administrator.',
    args: jsonOption,
    async run({ json }) {
      for await (const reply of ask('setup.token', {}))
        if ('item' in reply) terminal.out(json ? JSON.stringify(reply.item) : reply.item.token)
    },
  })
