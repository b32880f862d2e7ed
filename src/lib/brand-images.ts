/** Logos and icons as `data:` URLs, which every runtime can read from one variable. Pure: the console shows them too. */

/** A picture that we serve from our own origin. It is checked, and short. */
export interface BrandImage {
  type: string
  /** Base64 of the file. */
  base64: string
}

/** A mark is small. A photograph does not belong in a variable. */
export const MAX_IMAGE_BYTES = 64 * 1024

/** The types, and how their files begin. An SVG is text and has no such bytes: `svgOf` looks at it. */
const BEGINNINGS: Record<string, readonly number[]> = {
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff],
  'image/webp': [0x52, 0x49, 0x46, 0x46],
  'image/svg+xml': [],
}
const TYPES = Object.keys(BEGINNINGS)

export const IMAGE_EXPECTED = `a data: URL of at most ${MAX_IMAGE_BYTES / 1024} KiB with base64 of an SVG, PNG, JPEG or WebP file, such as data:image/svg+xml;base64,…`

/**
 * Checks a `data:` URL. The bytes must be of the type that it names, so that nothing is served as a picture that is none.
 * What an SVG says is not judged: it is shown as a picture, in which a browser runs and loads nothing, and its answer has a
 * policy that allows nothing (`modules/branding`).
 */
export function parseBrandImage(text: string): { accepted: BrandImage } | { refused: string } {
  const [, type = '', base64 = ''] = /^data:(image\/[a-z+]+);base64,([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  if (!TYPES.includes(type)) return { refused: `must be ${IMAGE_EXPECTED}` }
  if (base64.length > Math.ceil(MAX_IMAGE_BYTES / 3) * 4)
    return { refused: `must be at most ${MAX_IMAGE_BYTES / 1024} KiB: make the picture smaller` }
  const bytes = decode(base64)
  if (bytes === undefined) return { refused: 'is not base64: encode the file again' }
  const begins = (BEGINNINGS[type] ?? []).every((byte, index) => bytes[index] === byte)
  if (!begins || (type === 'image/svg+xml' && !isSvg(bytes)))
    return { refused: `does not have the bytes of ${type}: name the type of the file` }
  return { accepted: { type, base64 } }
}

/** The file. Its base64 was checked. */
export const imageBytes = ({ base64 }: BrandImage): Uint8Array<ArrayBuffer> => decode(base64) ?? new Uint8Array()

function decode(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** An SVG document: a root element `svg`, after a declaration, comments or a document type at most. */
function isSvg(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes.subarray(0, 4096))
  let at = afterSpace(text, 0)
  if (text.startsWith('<?xml', at)) {
    const end = text.indexOf('>', at)
    if (end === -1 || text[end - 1] !== '?') return false
    at = afterSpace(text, end + 1)
  }
  for (let next = afterPreface(text, at); next !== undefined; next = afterPreface(text, at)) at = next
  return /^<svg[\s>]/.test(text.slice(at, at + 5))
}

/**
 * Where the comment or document type that begins here ends, with the space after it. Undefined: none begins here, or it does not
 * end. Each character is read once: a pattern of repeats in repeats takes years for 4 KB of comments.
 */
function afterPreface(text: string, at: number): number | undefined {
  if (text.startsWith('<!--', at)) {
    const end = text.indexOf('-->', at + 4)
    return end === -1 ? undefined : afterSpace(text, end + 3)
  }
  if (!text.startsWith('<!DOCTYPE svg', at)) return undefined
  const end = text.indexOf('>', at)
  // Its own declarations are in brackets: they can make one small file a large one.
  if (end === -1 || text.slice(at, end).includes('[')) return undefined
  return afterSpace(text, end + 1)
}

function afterSpace(text: string, from: number): number {
  let at = from
  while (/^\s$/.test(text[at] ?? '')) at += 1
  return at
}
