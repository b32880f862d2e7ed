/**
 * Reads the fragment of the URL (the part after `#`). Browsers never send it to a server, so the script must read it.
 */

export type Asked =
  | { kind: 'token'; token: string }
  | { kind: 'damaged' }
  | { kind: 'state'; name: string }
  | { kind: 'nothing' }

/** The token of a link in a mail, in base64url. This page does not check its exact length. */
const TOKEN = /^[\w-]{16,512}$/
const STATE = /^[a-z]{1,20}$/

/**
 * `#token=…` comes from a link in a mail. `#ask` opens a form. Any other text in place of a token is damaged: a mail
 * program broke the link, or a person invented it. In that case the script sends nothing.
 */
export function parseFragment(hash: string): Asked {
  const fragment = hash.replace(/^#/, '')
  if (STATE.test(fragment)) return { kind: 'state', name: fragment }
  if (fragment === '') return { kind: 'nothing' }
  // Some mail programs encode the equals sign.
  const token = new URLSearchParams(fragment.replace(/^token%3D/i, 'token=')).get('token')
  return token !== null && TOKEN.test(token) ? { kind: 'token', token } : { kind: 'damaged' }
}
