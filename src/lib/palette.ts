/**
 * The colours of the pages in both themes: the usual ones, those that follow from the colour of a brand, and those that an
 * operator sets. Text has at least 4.5:1 on what it stands on, edges 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
 */
import { contrast, EDGE_CONTRAST, readableOn, TEXT_CONTRAST, textOn } from './colors.ts'

const LIGHT = {
  page: '#f4f4f6',
  card: '#ffffff',
  line: '#e4e4e7',
  ink: '#18181b',
  soft: '#5b5b66',
  field: '#ffffff',
  edge: '#71717a',
  bad: '#b42318',
  'bad-back': '#fef3f2',
  good: '#067647',
  'good-back': '#ecfdf3',
}
const DARK: typeof LIGHT = {
  page: '#111113',
  card: '#1c1c1f',
  line: '#34343a',
  ink: '#f4f4f5',
  soft: '#b6b6bf',
  field: '#111113',
  edge: '#8a8a94',
  bad: '#fda29b',
  'bad-back': '#3a1916',
  good: '#75e0a7',
  'good-back': '#0f2e1f',
}
const USUAL = { light: LIGHT, dark: DARK }

export const themes = ['light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** The colours that an operator can set. The others follow from them, or say good and bad everywhere. */
export const settableColors = ['page', 'card', 'line', 'ink', 'soft', 'field', 'edge', 'focus'] as const
export type SettableColor = (typeof settableColors)[number]
export type SetColors = Readonly<Partial<Record<SettableColor, string>>>

/** Each name is a CSS variable without its two hyphens. Every value is `#rrggbb`. */
export type Palette = Record<keyof typeof LIGHT | 'brand' | 'on-brand' | 'accent' | 'brand-edge' | 'focus', string>

/**
 * The palette of a brand in one theme. `accent` is the colour of the brand for texts and links, `brand-edge` the one for edges
 * and charts: as near to it as their contrast lets them be.
 */
export function paletteOf(brandColor: string, theme: Theme, set: SetColors = {}): Palette {
  const base = { ...USUAL[theme], ...set }
  const surfaces = [base.page, base.card, base.field]
  const accent = readableOn(brandColor, surfaces, TEXT_CONTRAST) ?? base.ink
  return {
    ...base,
    brand: brandColor,
    'on-brand': textOn(brandColor),
    accent,
    'brand-edge': readableOn(brandColor, surfaces, EDGE_CONTRAST) ?? base.ink,
    focus: set.focus ?? accent,
  }
}

export interface ContrastCheck {
  /** What stands on what: names of the palette. */
  of: keyof Palette
  on: keyof Palette
  ratio: number
  needed: number
}

const CHECKS: readonly (readonly [of: readonly (keyof Palette)[], on: readonly (keyof Palette)[], needed: number])[] = [
  [['on-brand'], ['brand'], TEXT_CONTRAST],
  [['ink', 'soft', 'accent', 'focus'], ['page', 'card', 'field'], TEXT_CONTRAST],
  [['bad', 'good'], ['card'], TEXT_CONTRAST],
  [['ink'], ['bad-back', 'good-back'], TEXT_CONTRAST],
  [['edge'], ['card', 'field'], EDGE_CONTRAST],
  [['brand-edge'], ['page', 'card', 'field'], EDGE_CONTRAST],
]

/** Every contrast that the pages need. */
export const contrastsOf = (palette: Palette): ContrastCheck[] =>
  CHECKS.flatMap(([texts, surfaces, needed]) =>
    texts.flatMap((of) => surfaces.map((on) => ({ of, on, ratio: contrast(palette[of], palette[on]), needed }))),
  )
