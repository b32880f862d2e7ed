/** What the part of an address behind its `#` asks for. It never reaches a server, so it is read here. */

export type Asked =
  | { kind: 'token'; token: string }
  | { kind: 'damaged' }
  | { kind: 'state'; name: string }
  | { kind: 'nothing' }

/** As a link in a mail has it: base64url, whose length is not this page's business. */
const TOKEN = /^[\w-]{16,512}$/
const STATE = /^[a-z]{1,20}$/

/**
 * `#token=…` is a link from a mail, `#ask` opens a form. Anything else in the place of a token is damaged: a mail
 * program broke the link, or somebody made it up. Then nothing is sent anywhere.
 */
export function parseFragment(hash: string): Asked {
  const fragment = hash.replace(/^#/, '')
  if (STATE.test(fragment)) return { kind: 'state', name: fragment }
  if (fragment === '') return { kind: 'nothing' }
  // Some mail programs encode the equals sign.
  const token = new URLSearchParams(fragment.replace(/^token%3D/i, 'token=')).get('token')
  return token !== null && TOKEN.test(token) ? { kind: 'token', token } : { kind: 'damaged' }
}
