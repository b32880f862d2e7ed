/** The contrast of sRGB colours, as WCAG 2.2 defines it. Colours are `#rrggbb`; other texts throw RangeError. */

const BLACK = '#000000'
const WHITE = '#ffffff'

/** What WCAG 2.2 asks of text (1.4.3), and of edges and other shapes that say something (1.4.11). */
export const TEXT_CONTRAST = 4.5
export const EDGE_CONTRAST = 3

/** From 1 (the same colour) to 21 (black on white). WCAG 2.2, "contrast ratio". */
export function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (lighter + 0.05) / (darker + 0.05)
}

/** Black or white, whichever has more contrast with this colour. The contrast is always at least 4.5. */
export const textOn = (background: string): typeof BLACK | typeof WHITE =>
  contrast(background, WHITE) >= contrast(background, BLACK) ? WHITE : BLACK

const STEPS = 50

/**
 * This colour, or the nearest one that has the contrast on every one of these backgrounds: mixed with as little black or white
 * as that takes. Undefined if neither black nor white has it.
 */
export function readableOn(color: string, backgrounds: readonly string[], ratio: number): string | undefined {
  for (let step = 0; step <= STEPS; step += 1)
    for (const pole of [BLACK, WHITE]) {
      const mixed = mix(color, pole, step / STEPS)
      if (backgrounds.every((background) => contrast(mixed, background) >= ratio)) return mixed
    }
  return undefined
}

/** `share` of the other colour, from 0 to 1. */
function mix(color: string, other: string, share: number): string {
  const to = channels(other)
  const mixed = channels(color).map((part, index) => Math.round(part + ((to[index] ?? 0) - part) * share))
  return `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

/** WCAG 2.2, "relative luminance". */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((channel) => {
    const part = channel / 255
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function channels(color: string): number[] {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color)
  if (!digits) throw new RangeError('a colour must be #rrggbb')
  return digits.slice(1).map((digit) => Number.parseInt(digit, 16))
}
