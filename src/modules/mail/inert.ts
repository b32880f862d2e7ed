/** Makes text that another person wrote, such as the name of a device, safe to show in a mail. */

const MAX_CHARACTERS = 300

/** Control characters, line and paragraph separators, and marks that change the direction of text. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu
const IP_ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:.]{2,45})$/i

/**
 * One line of at most 300 characters. Mail programs make no link of it: an invisible non-joiner (U+200C) after each
 * dot, colon, slash and at sign stops them from recognising hosts and addresses. IP addresses do not change.
 */
export function inert(text: string): string {
  const line = text.replace(INVISIBLE, ' ').trim()
  if (line === '') return '–'
  if (IP_ADDRESS.test(line)) return line
  const characters = [...line]
  const cut = characters.length > MAX_CHARACTERS ? `${characters.slice(0, MAX_CHARACTERS).join('')}…` : line
  return cut.replace(/[.:/@\\]/g, '$&\u200c')
}
