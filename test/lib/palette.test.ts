import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { contrast, readableOn } from '../../src/lib/colors.ts'
import { noVariables, parseBrandVariables } from '../../src/lib/brand-variables.ts'
import { contrastsOf, paletteOf, themes } from '../../src/lib/palette.ts'

const hex = (number: number): string => `#${number.toString(16).padStart(6, '0')}`
const anyColor = fc.integer({ min: 0, max: 0xffffff }).map(hex)
const mostly = { numRuns: 2000 }

describe('the colours of a brand', () => {
  test('have the contrast that texts and edges need, in both themes, whatever colour it is', () => {
    fc.assert(
      fc.property(anyColor, fc.constantFrom(...themes), (color, theme) => {
        const poor = contrastsOf(paletteOf(color, theme)).filter(({ ratio, needed }) => ratio < needed)
        expect(poor).toEqual([])
      }),
      mostly,
    )
  })

  test.each(['#ffffff', '#000000', '#ffee00', '#777777', '#767676', '#3730a3'])('are kept for buttons: %s', (color) => {
    for (const theme of themes) expect(paletteOf(color, theme).brand).toBe(color)
  })

  test('stay as they are for texts where they can be read', () => {
    expect(paletteOf('#3730a3', 'light').accent).toBe('#3730a3')
    expect(paletteOf('#3730a3', 'dark').accent).not.toBe('#3730a3')
    expect(paletteOf('#ffee00', 'dark').accent).toBe('#ffee00')
    expect(paletteOf('#ffee00', 'light').accent).not.toBe('#ffee00')
  })

  test('are the nearest that can be read: one step less has too little contrast', () => {
    fc.assert(
      fc.property(anyColor, anyColor, fc.double({ min: 1, max: 21, noNaN: true }), (color, back, ratio) => {
        const found = readableOn(color, [back], ratio)
        if (found === undefined) {
          for (const pole of ['#000000', '#ffffff']) expect(contrast(pole, back)).toBeLessThan(ratio)
        } else expect(contrast(found, back)).toBeGreaterThanOrEqual(ratio)
        if (contrast(color, back) >= ratio) expect(found).toBe(color)
      }),
      mostly,
    )
  })
})

describe('BRAND_CSS', () => {
  const parse = (text: string) => parseBrandVariables(text, '#3730a3')

  test('takes the variables that it knows', () => {
    expect(parse('--radius: 4px; --font: "Segoe UI", Georgia, serif; --page: #FAFAFA; --page-dark:#0b0b0c;')).toEqual({
      accepted: {
        radius: '4px',
        font: '"Segoe UI", Georgia, serif',
        light: { page: '#fafafa' },
        dark: { page: '#0b0b0c' },
      },
    })
    expect(parse('')).toEqual({ accepted: noVariables })
    expect(parse(' ; ;')).toEqual({ accepted: noVariables })
  })

  test.each([
    '--radius: 33px',
    '--radius: 3rem',
    '--radius: calc(1px)',
    '--radius: -1px',
    '--radius: 4px } body { display: none',
    '--radius: 4px; --radius: 5px',
    '--font: url(https://evil.example/f.woff)',
    '--font: "a\\"; } * { color: red',
    '--font: </style><script>',
    '--font: Georgia, "',
    '--page: red',
    '--page: #fff',
    '--page: url(//evil.example)',
    '--page: #ffffff} @import "//evil.example"',
    '--brand: #ffffff',
    '--bad: #ffffff',
    '--unknown: 1',
    'color: red',
    '@import "//evil.example"',
    '--page\u0000: #ffffff',
    '--page: var(--x)',
  ])('refuses %s', (text) => {
    expect(parse(text)).toHaveProperty('refused')
  })

  test('refuses colours that make a text hard to read, and says which', () => {
    expect(parse('--page: #5b5b66')).toEqual({
      refused: 'gives --ink a contrast of 2.6:1 on --page in the light theme. It needs 4.5:1: change one of the two',
    })
    expect(parse('--ink-dark: #333333')).toMatchObject({ refused: expect.stringContaining('--ink-dark') })
    expect(parse('--edge: #dddddd')).toMatchObject({ refused: expect.stringContaining('It needs 3:1') })
    expect(parse('--focus: #dddddd')).toMatchObject({ refused: expect.stringContaining('--focus') })
  })

  test('what it accepts is readable, for any colours', () => {
    const declared = fc.constantFrom(
      'page',
      'card',
      'ink',
      'soft',
      'edge',
      'field',
      'page-dark',
      'card-dark',
      'ink-dark',
    )
    fc.assert(
      fc.property(anyColor, fc.dictionary(declared, anyColor, { maxKeys: 4 }), (brand, colors) => {
        const text = Object.entries(colors)
          .map(([name, color]) => `--${name}: ${color}`)
          .join('; ')
        const result = parseBrandVariables(text, brand)
        if ('refused' in result) return
        for (const theme of themes)
          for (const { ratio, needed } of contrastsOf(paletteOf(brand, theme, result.accepted[theme])))
            expect(ratio).toBeGreaterThanOrEqual(needed)
      }),
      mostly,
    )
  })
})
