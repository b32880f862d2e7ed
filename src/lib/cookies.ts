/** Our cookies. Opaque and unsigned: what is in them is looked up, so there is nothing to forge. */
import { parseCookie, stringifySetCookie } from 'cookie'

type CookieName = 'session' | 'device' | 'flow'

/**
 * `__Host-` pins the cookie to this host, Secure and Path=/ (RFC 6265bis §4.1.3.2). Plain http cannot have it, and there
 * cookies are shared by all ports of a host (§8.5): the port is in the name, so that no app on localhost takes the cookie
 * of another.
 */
function nameFor(appUrl: string, name: CookieName): string {
  if (appUrl.startsWith('https:')) return `__Host-${name}`
  return `${name}_${/:(\d+)$/.exec(appUrl)?.[1] ?? '80'}`
}

const read = (name: CookieName) => (header: string | null, appUrl: string) =>
  header === null ? undefined : cookieValue(header, nameFor(appUrl, name))

/** The first of that name. The others are not looked at: a header of 16 KB may hold thousands, on every request. */
function cookieValue(header: string, name: string): string | undefined {
  let at = header.indexOf(name)
  while (at !== -1) {
    const start = header.lastIndexOf(';', at) + 1
    const end = header.indexOf(';', at)
    const pair = header.slice(start, end === -1 ? undefined : end)
    const value = pair.trimStart().startsWith(name) ? parseCookie(pair)[name] : undefined
    if (value !== undefined) return value
    at = end === -1 ? -1 : header.indexOf(name, end)
  }
  return undefined
}

const write =
  (name: CookieName) =>
  (appUrl: string, value: string, maxAgeSeconds: number): string =>
    stringifySetCookie(nameFor(appUrl, name), value, {
      path: '/',
      httpOnly: true,
      secure: appUrl.startsWith('https:'),
      sameSite: 'lax',
      maxAge: maxAgeSeconds,
    })

export const sessionCookieName = (appUrl: string): string => nameFor(appUrl, 'session')
export const readSessionCookie = read('session')
/** An empty value with no life removes the cookie. */
export const writeSessionCookie = write('session')

/** Of a browser that needs no second factor for some days (`modules/mfa/remembered-devices.ts`). */
export const readDeviceCookie = read('device')
export const writeDeviceCookie = write('device')

/** Of a way to another provider and back (`modules/providers/flow-cookie.ts`), which is encrypted. */
export const readFlowCookie = read('flow')
export const writeFlowCookie = write('flow')
