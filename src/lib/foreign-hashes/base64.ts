/** Base64 as other systems store it: either alphabet of RFC 4648, with or without padding. */

/**
 * Undefined for a text that is incomplete or not canonical. So each hash has one spelling, and all readers decode it
 * alike.
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  const bare = standard.replace(/={1,2}$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(bare) || bare.length % 4 === 1) return undefined
  if (standard.length !== bare.length && standard.length % 4 !== 0) return undefined
  const binary = atob(bare)
  if (btoa(binary).replaceAll('=', '') !== bare) return undefined
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

/** Undefined for a text that is not pairs of hex digits. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) return undefined
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
