/** The link of a mail about notifications that ends these mails. It can do nothing else, and needs no sign-in (RFC 8058). */
import type { Deps } from '../../deps.ts'
import { equalBytes } from '../../lib/constant-time.ts'
import { hmac } from '../../lib/crypto.ts'
import { DAY_MS } from '../../lib/durations.ts'
import { utf8 } from '../../lib/encoding.ts'
import { keysFor } from '../../lib/secret-keys.ts'

type LinkDeps = Pick<Deps, 'config' | 'clock'>

/** People unsubscribe by old mails too. */
const LIFE_MS = 365 * DAY_MS
/** The account, the end of the link in ms UTC, and the MAC of both. */
const TOKEN = /^((usr_[0-9a-f]{32})\.([0-9]{1,15}))\.([\w-]{43})$/

const keys = keysFor('unsubscribe-links')

export async function unsubscribeUrl({ config, clock }: LinkDeps, userId: string): Promise<string> {
  const signed = `${userId}.${clock.now() + LIFE_MS}`
  const [{ key }] = await keys(config)
  return `${config.appUrl}/unsubscribe?token=${signed}.${await hmac(key, signed)}`
}

/** The account of a link of ours; undefined for any other text, and for a link that has ended. */
export async function accountOfLink({ config, clock }: LinkDeps, token: string): Promise<string | undefined> {
  const [, signed = '', userId, until = '', mac = ''] = TOKEN.exec(token) ?? []
  if (userId === undefined || Number(until) <= clock.now()) return undefined
  for (const { key } of await keys(config)) if (equalBytes(utf8(await hmac(key, signed)), utf8(mac))) return userId
  return undefined
}
