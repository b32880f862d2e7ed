import { type CommandContext, command, jsonOption } from './command.ts'
import { createProgress } from './terminal.ts'

export const seedCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'bun run db:seed',
    description: 'Demo data: 3 users who can sign in and 300 who cannot. A second run adds nothing.',
    args: {
      force: {
        type: 'boolean',
        description: 'Also in production. Their password is public, and one of them is an administrator.',
      },
      ...jsonOption,
    },
    async run({ force = false, json }) {
      const progress = createProgress(terminal, 'demo users')
      for await (const reply of ask('demo.seed', { force })) {
        if ('progress' in reply) {
          if (!json) progress.show(reply.progress)
          continue
        }
        progress.finish()
        const { people, generated, password } = reply.item
        if (json) {
          terminal.out(JSON.stringify(reply.item))
          continue
        }
        for (const { email, roles, created } of people)
          terminal.out(`${email} (${roles.join(', ')})${created ? '' : ': existed already, and was not changed'}`)
        terminal.out(`${generated.created} generated users created, ${generated.existing} existed already.`)
        if (people.some(({ created }) => created)) terminal.out(`Password of the new demo users: ${password}`)
      }
    },
  })
