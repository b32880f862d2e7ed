import type { Finding, PrunedRange } from '../../modules/audit-events/verify-chain.ts'
import type { Verified } from '../../modules/audit-events/verify-seals.ts'
import { OperatorError } from '../failure.ts'
import { type CommandContext, type CommandGroup, command, jsonOption, UsageError } from './command.ts'
import { program } from './program.ts'
import { createProgress, printable } from './terminal.ts'

export const auditCommands = ({ ask, terminal }: CommandContext): CommandGroup => ({
  meta: { name: `${program} audit`, description: 'The audit log: chained and signed, so changes are found.' },
  subCommands: {
    verify: command({
      name: 'verify',
      description: 'Find events of the audit log that were changed or removed. Exit code 1 if there are any.',
      args: {
        expect: {
          type: 'string',
          valueHint: 'POSITION:HASH',
          description: 'The head that an earlier run printed. With it, a log whose end was cut off is found.',
        },
        // Not an option value: other users would see it in the list of processes, and it would stay in the shell history.
        'previous-secrets-stdin': {
          type: 'boolean',
          description: 'Read the APP_SECRETs of earlier links from standard input, one a line.',
        },
        ...jsonOption,
      },
      async run({ expect, json, 'previous-secrets-stdin': hasSecrets }) {
        const expected = parseHead(expect)
        const previousSecrets = hasSecrets ? await readSecrets(terminal) : undefined
        const input = {
          ...(expected === undefined ? {} : { expected }),
          ...(previousSecrets === undefined ? {} : { previousSecrets }),
        }
        const progress = createProgress(terminal, 'verify')
        const kinds = new Set<Finding['kind']>()
        let verified: Verified | undefined
        try {
          for await (const reply of ask('audit.verify', input)) {
            if ('progress' in reply) {
              if (!json) progress.show(reply.progress)
            } else if (reply.item.kind === 'verified') verified = reply.item
            else {
              kinds.add(reply.item.kind)
              progress.finish()
              terminal.out(json ? JSON.stringify(reply.item) : describe(reply.item))
            }
          }
        } finally {
          progress.finish()
        }
        if (verified === undefined) return // the generator ends with one, or throws
        if (json) terminal.out(JSON.stringify(verified))
        else for (const line of summarise(verified)) terminal.out(line)
        if (!json) for (const line of warnings(verified)) terminal.note(line)
        if (verified.findings > 0) throw failure(verified, kinds)
      },
    }),
  },
})

function parseHead(text: string | undefined): { position: number; hash: string } | undefined {
  if (text === undefined) return undefined
  const [, position, hash] = /^([1-9]\d{0,14}):([\w-]{43})$/.exec(text) ?? []
  if (position === undefined || hash === undefined)
    throw new UsageError('--expect takes the head that an earlier run printed: a number, a colon and 43 characters.')
  return { position: Number(position), hash }
}

async function readSecrets(terminal: CommandContext['terminal']): Promise<string[]> {
  if (terminal.inputIsTerminal)
    throw new UsageError(
      '--previous-secrets-stdin reads a pipe or a file, because a terminal would show what you type.',
    )
  const secrets = (await terminal.readInput()).split(/\r?\n/).filter((line) => line !== '')
  if (secrets.length === 0) throw new UsageError('--previous-secrets-stdin found nothing on standard input.')
  return secrets
}

/** An attacker may have written the ids too, so they are made printable. */
function describe(finding: Finding): string {
  const { kind, position } = finding
  switch (kind) {
    case 'event.changed':
      return `link ${position}: ${printable(finding.eventId)} was changed`
    case 'event.personal_data_changed':
      return `link ${position}: the address or user agent of ${printable(finding.eventId)} was changed`
    case 'event.erased':
      return `link ${position}: the address and user agent of ${printable(finding.eventId)} were removed, but no user of it was deleted`
    case 'event.inserted':
      return `link ${position}: ${printable(finding.eventId)} was inserted`
    case 'event.stray':
      return `${printable(finding.eventId)} names link ${position}, which does not exist: the link was removed, or the event was inserted`
    case 'event.removed':
      return `link ${position}: its event ${finding.index} was removed${neighbours(finding)}`
    case 'link.changed':
      return `link ${position} was changed: its events cannot be verified`
    case 'link.removed':
      return `${range(finding)} removed`
    case 'link.misplaced':
      return `link ${position} does not follow the link before it: one of them was replaced`
    case 'link.emptied':
      return `link ${position}: its events were deleted, but not by this service`
    case 'link.pruned_ahead':
      return `link ${position}, sealed ${time(finding.sealedAt)}, was emptied for its age at ${time(finding.prunedAt)}, too early: the clock of the server was wrong, or was set`
    case 'key.unknown':
      return `${range(finding)} signed with another APP_SECRET, key ${printable(finding.keyId)}`
    case 'chain.truncated':
      return `link ${position} of --expect does not exist: the end of the log was cut off`
    case 'chain.rewritten':
      return `link ${position} does not have the hash of --expect: the log was rewritten`
  }
}

const neighbours = ({ after, before }: { after?: string; before?: string }): string =>
  [
    after === undefined ? '' : `, after ${printable(after)}`,
    before === undefined ? '' : `, before ${printable(before)}`,
  ].join('')

const range = ({ position, until }: { position: number; until: number }): string =>
  position === until ? `link ${position} was` : `links ${position} to ${until} were`

function summarise({ events, links, pruned, prunedLinks = [], findings, head }: Verified): string[] {
  const kept = pruned === 0 ? '' : `, ${pruned} of them emptied for their age`
  const size = `${events} events in ${links} links${kept}`
  return [
    findings === 0 ? `${size}: none was changed.` : `${size}: ${counted(findings)}.`,
    ...prunedLinks.map(describePruned),
    ...(head === undefined ? [] : [`head ${head}`]),
  ]
}

/** The time as ISO 8601. A number written directly into the database may be out of the range of dates. */
const time = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at))

const BASES: Readonly<Record<string, string>> = {
  process: 'in step with the monotonic clock of the process',
  record: 'near the last check recorded in the database',
  wait: 'after it had run steadily for a day',
  unknown: 'not recorded by that release',
}

const describePruned = ({ from, until, bases, ...at }: PrunedRange): string => {
  const which = from === until ? `link ${from}` : `links ${from} to ${until}`
  const clock = bases.map((basis) => BASES[basis] ?? printable(basis)).join('; ')
  return `${which}, sealed ${time(at.sealedFrom)} to ${time(at.sealedUntil)}: emptied ${time(at.prunedFrom)} to ${time(at.prunedUntil)}, by the clock of the server (${clock})`
}

const counted = (findings: number): string => (findings === 1 ? '1 finding' : `${findings} findings`)

const warnings = ({ unsealed, head, findings, prunedLinks = [] }: Verified): string[] => [
  ...(prunedLinks.some(({ early }) => early > 0)
    ? [
        'Some links were emptied earlier than AUDIT_RETENTION_DAYS after their seal. This is suspicious, unless that setting was shorter then.',
      ]
    : []),
  ...(unsealed === 0
    ? []
    : [`${unsealed} events have waited for their seal for more than an hour: check that scheduled work is running.`]),
  ...(head === undefined || findings > 0 ? [] : ['Store the head elsewhere, and pass it to --expect the next time.']),
]

function failure({ findings }: Verified, kinds: ReadonlySet<Finding['kind']>): OperatorError {
  if (kinds.size === 1 && kinds.has('key.unknown'))
    return new OperatorError({
      code: 'audit.key_unknown',
      title: 'Links of the audit log were sealed with another APP_SECRET. Without it they cannot be verified.',
      remedy:
        'Repeat the command with that APP_SECRET on --previous-secrets-stdin. If you never had another one, those links were forged.',
    })
  return new OperatorError({
    code: 'audit.tampered',
    title: `The audit log was changed after it was sealed: ${counted(findings)}, listed above.`,
    remedy: 'Keep a copy of the database in its present state, and compare it with the last backup that verifies.',
  })
}
