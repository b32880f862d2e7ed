/** What anybody on the network could replace would verify anything. Throws TypeError. */
export function secureUrl(text: string): string {
  const url = new URL(text)
  const isLocal = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) throw new TypeError(`${text} must be https`)
  return url.href
}
