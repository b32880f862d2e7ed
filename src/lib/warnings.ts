/**
 * Warnings about a configuration that works, but probably not as intended. The log shows each once, and `GET /readyz`
 * until it is fixed.
 */
import type { Config } from '../config.ts'
import type { Log } from '../deps.ts'

/**
 * The messages are public and the same for every caller. They name variables, and never a value, an address or a
 * person.
 */
export const warnings = {
  'proxy.not_trusted':
    'Requests come through a proxy that is not in TRUSTED_PROXIES: all clients count as one address and share its rate limits. Add the address of the proxy to TRUSTED_PROXIES.',
  'proxy.silent':
    'A proxy in front sends no X-Forwarded-For: all its clients count as one address and share its rate limits. Configure it to send the header, and add its address to TRUSTED_PROXIES.',
  'proxy.unreadable':
    'X-Forwarded-For of a trusted proxy holds an item that is not an IP address: all its clients count as one address and share its rate limits. Configure the proxy to send addresses.',
  'peer.unknown':
    'This platform does not give the address of clients: all of them count as one address and share its rate limits. Put a proxy in front that sends X-Forwarded-For.',
  'clock.not_believed':
    'The clock of this server seems to be wrong: jobs that delete by age wait. Correct the clock. If it is right, run `cli clock trust`.',
  'redis.refused':
    'Redis refuses the user, the password or the database number of REDIS_URL: each process counts rate limits by itself, hears of changes by the database alone, shows only its own connections as present, and takes queued jobs from the table. Correct REDIS_URL and restart.',
  'redis.silent':
    'The Redis of REDIS_URL does not answer: until it does, each process counts rate limits by itself, hears of changes by the database alone, shows only its own connections as present, and takes queued jobs from the table. Start Redis, or correct REDIS_URL.',
  'messages.refused':
    'The Redis of REDIS_URL passes on no messages: each process hears of changes by the database alone. If this stays, give the user of REDIS_URL the channels threeger:* (docs/redis.md).',
  'mail.unset': 'MAIL_URL is not set: mails wait in the queue until it is set.',
} as const satisfies Record<string, string>

export type WarningCode = keyof typeof warnings

/** The warnings that follow from the configuration alone. */
export const configWarnings = ({ production, mailUrl }: Pick<Config, 'production' | 'mailUrl'>): WarningCode[] =>
  production && mailUrl === undefined ? ['mail.unset'] : []

/** Called by entries when they start. */
export function logConfigWarnings(config: Config, log: Log): void {
  for (const code of configWarnings(config)) log.warning(warnings[code], { code })
}
