/**
 * Whether who asks is a browser that opens a page: its Accept names `text/html`, and likes JSON no better (RFC 9110 §12.5.1).
 * A program that names neither gets JSON.
 */
export function acceptsHtml({ headers }: Request): boolean {
  const ranges = (headers.get('accept') ?? '').split(',', MAX_RANGES)
  const html = weightOf(ranges, 'text/html')
  return html > 0 && html >= weightOf(ranges, 'application/json')
}

/** Whether who asks names JSON, and likes it better than a page. Who accepts anything, or says nothing, does not. */
export function prefersJson({ headers }: Request): boolean {
  const ranges = (headers.get('accept') ?? '').split(',', MAX_RANGES)
  return weightOf(ranges, 'application/json') > weightOf(ranges, 'text/html')
}

const MAX_RANGES = 32

function weightOf(ranges: readonly string[], type: string): number {
  for (const range of ranges) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    if (name !== type) continue
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0
  }
  return 0
}
