/** Our cookies. They are opaque and not signed: the server looks their values up, so a forged value finds nothing. */
import { parseCookie, stringifySetCookie } from 'cookie'

type CookieName = 'session' | 'device' | 'flow' | 'waiting'

/**
 * `__Host-` binds the cookie to this host, with Secure and Path=/ (RFC 6265bis §4.1.3.2). Plain http cannot use it.
 * There, all ports of a host share their cookies (§8.5). So the name has the port, and apps on localhost do not
 * overwrite each other's cookies.
 */
function nameFor(appUrl: string, name: CookieName): string {
  if (appUrl.startsWith('https:')) return `__Host-${name}`
  return `${name}_${/:(\d+)$/.exec(appUrl)?.[1] ?? '80'}`
}

const read = (name: CookieName) => (header: string | null, appUrl: string) =>
  header === null ? undefined : cookieValue(header, nameFor(appUrl, name))

/**
 * Returns the first cookie with that name. It does not parse the others: a header of 16 KB may hold thousands, on every
 * request.
 */
export function cookieValue(header: string, name: string): string | undefined {
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
/** An empty value with a lifetime of 0 removes the cookie. */
export const writeSessionCookie = write('session')

/** The cookie of a browser that needs no second factor for some days (`modules/mfa/remembered-devices.ts`). */
export const readDeviceCookie = read('device')
export const writeDeviceCookie = write('device')

/** The encrypted cookie of a sign-in with another provider (`modules/providers/flow-cookie.ts`). */
export const readFlowCookie = read('flow')
export const writeFlowCookie = write('flow')

/** The encrypted cookie of a sign-in that waits for its next step (`modules/mfa/waiting-sign-in.ts`). */
export const readWaitingCookie = read('waiting')
export const writeWaitingCookie = write('waiting')
