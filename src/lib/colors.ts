/** The contrast of sRGB colours, as WCAG 2.2 defines it. Colours are `#rrggbb`; other texts throw RangeError. */

const BLACK = '#000000'
const WHITE = '#ffffff'

/** From 1 (the same colour) to 21 (black on white). WCAG 2.2, "contrast ratio". */
export function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (lighter + 0.05) / (darker + 0.05)
}

/** Black or white, whichever has more contrast with this colour. The contrast is always at least 4.5. */
export const textOn = (background: string): typeof BLACK | typeof WHITE =>
  contrast(background, WHITE) >= contrast(background, BLACK) ? WHITE : BLACK

/** WCAG 2.2, "relative luminance". */
function luminance(color: string): number {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color)
  if (!digits) throw new RangeError('a colour must be #rrggbb')
  const [red = 0, green = 0, blue = 0] = digits.slice(1).map((digit) => {
    const part = Number.parseInt(digit, 16) / 255
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
