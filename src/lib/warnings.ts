/** What works, but not as the operator will have meant it: said once in the log, and in `GET /readyz` until it is mended. */
import type { Config } from '../config.ts'
import type { Log } from '../deps.ts'

/** The messages are public and the same for everybody: they name variables, never a value, an address or a person. */
export const warnings = {
  'proxy.not_trusted':
    'Requests come through a proxy that TRUSTED_PROXIES does not name: all clients count as one address and share its rate limits. Name the address of the proxy there.',
  'proxy.silent':
    'A proxy in front sends no X-Forwarded-For: all its clients count as one address and share its rate limits. Have it send the header, and name its address in TRUSTED_PROXIES.',
  'proxy.unreadable':
    'A trusted proxy names clients in X-Forwarded-For by something that is no IP address: all of them count as one address and share its rate limits. Have it send addresses.',
  'peer.unknown':
    'The address of clients is not known on this platform: all of them count as one address and share its rate limits.',
  'clock.not_believed':
    'The clock of this server is not where it should be: nothing is deleted for its age until it is believed. Correct the clock, or, if it is right, run `cli clock trust`.',
  'redis.refused':
    'Redis refuses the user, the password or the database number of REDIS_URL: each process counts rate limits by itself. Correct REDIS_URL and restart.',
  'redis.silent': 'The Redis of REDIS_URL does not answer: each process counts rate limits by itself until it does.',
  'mail.unset': 'MAIL_URL is unset: mails wait in the queue until it is set.',
} as const satisfies Record<string, string>

export type WarningCode = keyof typeof warnings

/** What can be told from the configuration alone. */
export const configWarnings = ({ production, mailUrl }: Pick<Config, 'production' | 'mailUrl'>): WarningCode[] =>
  production && mailUrl === undefined ? ['mail.unset'] : []

/** For entries, when they start. */
export function logConfigWarnings(config: Config, log: Log): void {
  for (const code of configWarnings(config)) log.warning(warnings[code], { code })
}
