/** Parses MAIL_URL and MAIL_FROM. Pure: makes no requests. */

export type MailTarget = { kind: 'console' } | SmtpTarget | HttpMailTarget

export interface SmtpTarget {
  kind: 'smtp'
  host: string
  port: number
  /** `implicit` (smtps, RFC 8314), else STARTTLS (RFC 3207): `required`, or `opportunistic` if the server offers it. */
  tls: 'implicit' | 'required' | 'opportunistic'
  credentials: { user: string; password: string } | undefined
}

export interface HttpMailTarget {
  kind: 'http'
  url: string
  key: string
}

/** An address and its display name. */
export interface Mailbox {
  name: string
  address: string
}

/** Says what is wrong without the value, because the value holds a password. */
interface Refused {
  kind: 'refused'
  reason: string
}

const refused = (reason: string): Refused => ({ kind: 'refused', reason })

/** Parses `console:`, `smtp://`, `smtps://`, `https://` and, for this machine only, `http://`. */
export function parseMailUrl(text: string): MailTarget | Refused {
  if (text === 'console:') return { kind: 'console' }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url?.hostname) return refused('must be console:, smtp://HOST, smtps://HOST or https://:KEY@HOST/PATH')
  const user = decoded(url.username)
  const password = decoded(url.password)
  if (user === undefined || password === undefined)
    return refused('holds a % that is not part of an escape such as %2F: write % as %25 in user and password')
  if (url.hash) return refused('holds a #: write it as %23 in user and password')
  switch (url.protocol) {
    case 'smtp:':
    case 'smtps:':
      return smtpTarget(url, user, password)
    case 'https:':
    case 'http:':
      return httpTarget(url, user, password)
    default:
      return refused('must begin with console:, smtp://, smtps:// or https://')
  }
}

function smtpTarget(url: URL, user: string, password: string): SmtpTarget | Refused {
  const { hostname, port, protocol, pathname, searchParams } = url
  if (pathname !== '' && pathname !== '/') return refused('takes no path after the host of smtp:// and smtps://')
  if ((user === '') !== (password === '')) return refused('needs both a user and a password, or neither')
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const tls = searchParams.get('tls')
  if ([...searchParams.keys()].some((name) => name !== 'tls')) return refused('takes no parameter except tls')
  if (protocol === 'smtps:' && tls !== null)
    return refused('takes no tls parameter with smtps://, which always uses TLS')
  if (tls !== null && tls !== 'required' && tls !== 'opportunistic')
    return refused('takes only tls=required or tls=opportunistic')
  // An attacker on the network could remove the offer of STARTTLS and then read the password.
  const fallback = user !== '' && !isLoopback(host) ? 'required' : 'opportunistic'
  return {
    kind: 'smtp',
    host,
    port: Number(port) || (protocol === 'smtps:' ? 465 : 587),
    tls: protocol === 'smtps:' ? 'implicit' : (tls ?? fallback),
    credentials: user === '' ? undefined : { user, password },
  }
}

function httpTarget(url: URL, user: string, password: string): HttpMailTarget | Refused {
  const key = password || user
  if (key === '') return refused('needs the API key of the provider: https://:KEY@HOST/PATH')
  if (!/^[\x21-\x7e]+$/.test(key)) return refused('holds a key with characters that are not allowed in a header')
  if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[(.*)\]$/, '$1')))
    return refused('must be https:// for a provider on another machine, because the key and the mails are secret')
  url.username = ''
  url.password = ''
  return { kind: 'http', url: url.href, key }
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host)

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/**
 * `Acme <no-reply@acme.example>`, with or without quotes around the name, or the address alone: RFC 5322 §3.4, one
 * mailbox.
 */
export function parseMailbox(text: string): Mailbox | undefined {
  const parts = /^\s*(?:"((?:[^"\\]|\\.)*)"\s*|([^"<>]*))<([^<>\s@]+@[^<>\s@]+)>\s*$/.exec(text)
  if (parts) {
    const [, quoted, plain = '', address = ''] = parts
    return { name: quoted?.replace(/\\(.)/g, '$1') ?? plain.trim(), address }
  }
  const address = text.trim()
  return /^[^<>\s@",;]+@[^<>\s@",;]+$/.test(address) ? { name: '', address } : undefined
}

/** Puts the name in quotes, because a comma in it would begin another mailbox. */
export const formatMailbox = ({ name, address }: Mailbox): string =>
  name === '' ? address : `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`

/**
 * The part after the @ in ASCII (RFC 5890), for Message-IDs of this sender. Undefined if it is neither a domain nor an
 * address in brackets.
 */
export function domainOf({ address }: Mailbox): string | undefined {
  const domain = address.slice(address.lastIndexOf('@') + 1)
  if (/^\[[0-9A-Za-z:.]+\]$/.test(domain)) return domain
  const ascii = asciiDomain(domain)
  return ascii !== undefined && /^[a-z0-9_.-]+$/i.test(ascii) ? ascii : undefined
}

/** Whether the local part has characters beyond ASCII. Only servers with SMTPUTF8 accept it (RFC 6531 §3.1). */
export const needsSmtpUtf8 = (address: string): boolean => /[^\0-\x7f]/.test(address.slice(0, address.lastIndexOf('@')))

/** The form of the DNS: UTS 46. Undefined for a text that is not a valid host of a URL. */
function asciiDomain(domain: string): string | undefined {
  const url = URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`) : undefined
  return url?.host && url.pathname === '/' && !url.username && !url.search && !url.hash ? url.host : undefined
}

/** The name of this server in EHLO. RFC 5321 §4.1.3 puts addresses into brackets. */
export function ehloName(hostname: string): string {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(hostname)) return `[${hostname}]`
  const v6 = /^\[([0-9a-f:.]+)\]$/i.exec(hostname)?.[1]
  return v6 === undefined ? hostname : `[IPv6:${v6}]`
}

/** A host name in ASCII, or an address literal. */
export const isEhloName = (name: string): boolean =>
  /^(?=.{1,255}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i.test(name) ||
  /^\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9a-f:.]+)\]$/i.test(name)
