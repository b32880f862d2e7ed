import { configureSync, getLogger, getTextFormatter, jsonLinesFormatter, type LogRecord } from '@logtape/logtape'
import { redactByField } from '@logtape/redaction'
import type { Config } from '../config.ts'
import type { Log } from '../deps.ts'
import { describeError } from '../lib/error-description.ts'

/** Fields whose values are never logged, at any depth. E-mail addresses are personal data and are not logged either. */
const REDACTED = [
  /passw/i,
  /secret/i,
  /token/i,
  /authorization/i,
  /cookie/i,
  /email/i,
  /hash/i,
  /private/i,
  /credential/i,
]

const pretty = getTextFormatter({ timestamp: 'time', level: 'ABBR', category: () => '' })

/**
 * Structured logs: one JSON object a line in production, short text in development. JSON escapes CR and LF, and the
 * text form shows values as JSON too. So no value can add a line of its own (ASVS 16.4.1).
 */
export function createLog({ logLevel, production }: Config, write: (line: string) => void): Log {
  const format = (record: LogRecord): string => {
    if (production) return jsonLinesFormatter(record)
    const fields = Object.entries(record.properties).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
    return `${pretty(record).trimEnd()}${fields.join('')}\n`
  }
  configureSync({
    reset: true,
    sinks: {
      out: redactByField((record) => write(format(record)), { fieldPatterns: REDACTED, action: () => '[redacted]' }),
    },
    loggers: [
      { category: 'threeger', lowestLevel: logLevel, sinks: ['out'] },
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['out'] },
    ],
  })
  const logger = getLogger('threeger')
  // Any value can be thrown, even a request. A value that is not an Error is logged only by its type.
  const isThrown = (name: string, value: unknown) =>
    value instanceof Error || (name === 'cause' && value !== undefined && value !== null)
  const plain = (fields: Record<string, unknown> = {}) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, isThrown(name, value) ? describeError(value) : value]),
    )
  return {
    debug: (message, fields) => logger.debug(message, plain(fields)),
    info: (message, fields) => logger.info(message, plain(fields)),
    warning: (message, fields) => logger.warn(message, plain(fields)),
    error: (message, fields) => logger.error(message, plain(fields)),
  }
}
