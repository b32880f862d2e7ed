/** The session cookie. Opaque and unsigned: its value is looked up, so there is nothing to forge. */
import { parseCookie, stringifySetCookie } from 'cookie'

/** `__Host-` pins the cookie to this host, Secure and Path=/ (RFC 6265bis §4.1.3.2); plain http cannot have it. */
export const sessionCookieName = (appUrl: string): string =>
  appUrl.startsWith('https:') ? '__Host-session' : 'session'

export const readSessionCookie = (header: string | null, appUrl: string): string | undefined =>
  header === null ? undefined : parseCookie(header)[sessionCookieName(appUrl)]

/** An empty value with no life removes the cookie. */
export const writeSessionCookie = (appUrl: string, value: string, maxAgeSeconds: number): string =>
  stringifySetCookie(sessionCookieName(appUrl), value, {
    path: '/',
    httpOnly: true,
    secure: appUrl.startsWith('https:'),
    sameSite: 'lax',
    maxAge: maxAgeSeconds,
  })
