import { type BulkAction, type DryRun, isEnded, StartBulkAction } from '../../modules/bulk-actions/schema.ts'
import { OperatorError } from '../failure.ts'
import { type CommandContext, command, jsonOption, UsageError } from './command.ts'
import { createProgress, printable } from './terminal.ts'

const actions = StartBulkAction.properties.action.anyOf.map(({ const: action }) => action)
type Action = (typeof actions)[number]
const isAction = (word: string): word is Action => (actions as readonly string[]).includes(word)

export const bulkCommand = ({ ask, terminal }: CommandContext) =>
  command({
    name: 'bulk',
    description: 'Act on many users. A progress bar on a terminal, otherwise a line for each quarter.',
    args: {
      action: { type: 'positional', required: true, description: `${actions.join(', ')}.` },
      q: { type: 'string', description: 'Only users with these words in the name or e-mail.' },
      status: { type: 'enum', options: ['active', 'disabled'], description: 'Only users with this status.' },
      role: { type: 'string', description: 'Only users with this role.' },
      username: { type: 'string', description: 'Only the user with this username.' },
      metadata: { type: 'string', description: 'Only users with this value under METADATA_FILTER_KEY.' },
      'created-before': {
        type: 'string',
        valueHint: 'time',
        description: 'Only users created before this time, such as 2025-01-01T00:00:00Z.',
      },
      ids: { type: 'string', description: 'Only the users with these ids, separated by commas.' },
      all: { type: 'boolean', description: 'All users. Only without another filter.' },
      'change-role': {
        type: 'string',
        valueHint: 'role',
        description: 'The role that add_role gives and remove_role takes away.',
      },
      'dry-run': { type: 'boolean', description: 'Change nothing, and print how many users match.' },
      ...jsonOption,
    },
    async run({ action, ids, all, 'created-before': createdBefore, 'change-role': role, json, ...args }) {
      if (!isAction(action)) throw new UsageError(`The action is one of ${actions.join(', ')}.`)
      const criteria = {
        q: args.q,
        status: args.status,
        role: args.role,
        username: args.username,
        metadata: args.metadata,
        createdBefore,
        userIds: ids?.split(',').map((id) => id.trim()),
        all: all === true ? (true as const) : undefined,
      }
      const given = Object.entries(criteria).filter(([, value]) => value !== undefined)
      if (given.length === 0) throw new UsageError('Give a filter, or --all for all users.')
      const input: StartBulkAction = {
        action,
        filter: Object.fromEntries(given),
        dryRun: args['dry-run'] === true,
        ...(role === undefined ? {} : { role }),
      }
      const bar = createProgress(terminal, action)
      for await (const reply of ask('users.bulk', input)) {
        if ('progress' in reply) {
          if (!json) bar.show(reply.progress)
          continue
        }
        bar.finish()
        if (json) terminal.out(JSON.stringify(reply.item))
        else for (const line of summary(reply.item)) terminal.out(printable(line))
        if ('state' in reply.item && reply.item.state !== 'done') throw notDone(reply.item)
      }
    },
  })

function summary(item: BulkAction | DryRun): string[] {
  if ('matched' in item) {
    const more = item.exact ? '' : ' or more'
    return [
      `${item.matched}${more} users match. Nothing was changed.`,
      ...item.sample.map(({ id, email }) => `${id}  ${email}`),
    ]
  }
  const { id, state, reason, changed, skipped, failed } = item
  const ended = reason === null ? state : `${state} (${reason})`
  return [`${id} is ${ended}: ${changed} changed, ${skipped} skipped, ${failed} refused.`]
}

const notDone = ({ id, state }: BulkAction): OperatorError =>
  new OperatorError({
    code: 'bulk_action.not_done',
    title: `The bulk action ${id} is ${state}.`,
    remedy: isEnded({ state })
      ? 'What it has changed stays changed. Start it again for the rest.'
      : 'The server is stopping. The next server does the rest.',
  })
