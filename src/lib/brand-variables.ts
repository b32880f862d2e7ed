/**
 * The CSS variables of BRAND_CSS: names and forms of values that are known, so that nothing can load a file, leave its place or
 * make a text unreadable. They are written anew from what was read, never copied.
 */
import { contrastsOf, paletteOf, type SetColors, type SettableColor, settableColors, themes } from './palette.ts'

export interface BrandVariables {
  /** The rounding of cards. Other parts have a share of it. */
  radius: string | undefined
  /** A list of fonts that the machine of the reader has. */
  font: string | undefined
  light: SetColors
  dark: SetColors
}

export const noVariables: BrandVariables = { radius: undefined, font: undefined, light: {}, dark: {} }

const COLOR = /^#[0-9a-f]{6}$/i
const RADIUS = /^(\d{1,2}(?:\.\d{1,3})?)(px|rem)$/
const MAX_RADIUS = { px: 32, rem: 2 }
/** One family: a name in quotation marks, or words. */
const FAMILY = /^(?:"[A-Za-z0-9][A-Za-z0-9 -]{0,59}"|[A-Za-z-][A-Za-z0-9-]{0,59})$/
const MAX_FAMILIES = 10

const names = ['--radius', '--font', ...settableColors.flatMap((name) => [`--${name}`, `--${name}-dark`])]

/** Reads `--radius: 8px; --page: #fafafa; --page-dark: #0b0b0c`. Says what is wrong, and with which variable. */
export function parseBrandVariables(
  text: string,
  brandColor: string,
): { accepted: BrandVariables } | { refused: string } {
  const read = { radius: undefined as string | undefined, font: undefined as string | undefined }
  const colors: Record<'light' | 'dark', Partial<Record<SettableColor, string>>> = { light: {}, dark: {} }
  const seen = new Set<string>()
  for (const declaration of text.split(';').map((part) => part.trim())) {
    if (declaration === '') continue
    const [, name = '', value = ''] = /^(--[a-z-]+)\s*:\s*(.+)$/.exec(declaration) ?? []
    if (!names.includes(name)) return { refused: `takes declarations of ${names.join(', ')}, such as --radius: 8px` }
    if (seen.has(name)) return { refused: `sets ${name} twice` }
    seen.add(name)
    if (name === '--radius') {
      if (!isRadius(value)) return { refused: '--radius must be 0px to 32px, or 0rem to 2rem, such as 8px' }
      read.radius = value
    } else if (name === '--font') {
      const families = value.split(',').map((family) => family.trim())
      if (families.length > MAX_FAMILIES || !families.every((family) => FAMILY.test(family)))
        return {
          refused:
            '--font must be names of fonts, in quotation marks if they have spaces, such as "Segoe UI", sans-serif',
        }
      read.font = families.join(', ')
    } else {
      if (!COLOR.test(value)) return { refused: `${name} must be a colour as #rrggbb` }
      const [, color = '', dark] = /^--([a-z]+)(-dark)?$/.exec(name) ?? []
      colors[dark === undefined ? 'light' : 'dark'][color as SettableColor] = value.toLowerCase() // one of `names`
    }
  }
  const variables = { ...read, ...colors }
  const poor = poorContrast(variables, brandColor)
  return poor === undefined ? { accepted: variables } : { refused: poor }
}

function isRadius(value: string): boolean {
  const [, number, unit] = RADIUS.exec(value) ?? []
  return (unit === 'px' || unit === 'rem') && Number(number) <= MAX_RADIUS[unit]
}

function poorContrast({ light, dark }: BrandVariables, brandColor: string): string | undefined {
  const set = { light, dark }
  for (const theme of themes) {
    const poor = contrastsOf(paletteOf(brandColor, theme, set[theme])).find(({ ratio, needed }) => ratio < needed)
    if (poor === undefined) continue
    const variable = (name: string) =>
      theme === 'dark' && (settableColors as readonly string[]).includes(name) ? `--${name}-dark` : `--${name}`
    // Rounded down: 4.49 is not 4.5.
    const ratio = Math.floor(poor.ratio * 10) / 10
    return `gives ${variable(poor.of)} a contrast of ${ratio}:1 on ${variable(poor.on)} in the ${theme} theme. It needs ${poor.needed}:1: change one of the two`
  }
  return undefined
}
