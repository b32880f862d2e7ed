/** The texts of mails, and the guarantee that no user input decides them. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Letter } from '../../../src/core/letters.ts'
import { contrast, textOn } from '../../../src/lib/colors.ts'
import { type Locale, locales } from '../../../src/modules/mail/content.ts'
import { htmlPart } from '../../../src/modules/mail/html-part.tsx'
import { inert } from '../../../src/modules/mail/inert.ts'
import { renderMail } from '../../../src/modules/mail/render-mail.tsx'
import { naughtyStrings } from '../../support/naughty-strings.ts'
import { ACME, samples, withOutsideText } from './support/samples.ts'

const runs = Number(process.env.PROPERTY_RUNS ?? 25)

/** Every tag with the names of its attributes, in order; and every URL. What a value may not change. */
function structureOf(html: string): { tags: string[]; urls: string[]; styles: string[] } {
  const tags: string[] = []
  const urls: string[] = []
  const styles: string[] = []
  new HTMLRewriter()
    .on('*', {
      element({ tagName, attributes }) {
        const all = [...attributes]
        tags.push([tagName, ...all.map(([name]) => name)].join(' '))
        for (const [name, value] of all) {
          if (name === 'href' || name === 'src') urls.push(value ?? '')
          if (name === 'style') styles.push(value ?? '')
        }
      },
      comments({ text }) {
        tags.push(`comment ${text}`)
      },
    })
    .transform(html)
  return { tags, urls, styles }
}

/** What mail programs make links of in text. */
const LINK = /https?:\/\/|www\.\w|\b[\w-]+\.[a-z]{2,}\b|\S@\w/i

const outside = fc.oneof(
  fc.constantFrom(...naughtyStrings),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.constantFrom(
    '</td></tr></table><script>alert(1)</script>',
    '"><a href="https://evil.example">click</a>',
    '<!-- ',
    '&lt;script&gt;',
    '{brand} {at, date, utc} <b>{</b>',
    'x\r\nBcc: eve@evil.example\r\n\r\n<html>',
    'https://evil.example/login',
    'www.evil.example',
    'evil.example/recover@evil.example',
    '\u202egnp.exe\u2066',
  ),
)

/** The same moment, as each language writes it. */
const WHEN: Record<Locale, string> = {
  en: 'July 9, 2026 at 12:05 PM UTC',
  pt: '9 de julho de 2026 às 12:05 UTC',
  de: '9. Juli 2026 um 12:05 UTC',
  fr: '9 juillet 2026 à 12:05 UTC',
  es: '9 de julio de 2026 a las 12:05 UTC',
  ja: '2026年7月9日 12:05 UTC',
}

describe('each mail', () => {
  for (const locale of locales)
    for (const content of samples)
      test(`${content.template} in ${locale} says what it has to, in both parts`, async () => {
        const { subject, text, html } = await renderMail(content, { ...ACME, locale })
        expect(subject).toContain('Acme')
        expect(subject).not.toMatch(/[{}<>\r\n]/)
        expect(text).not.toMatch(/[{}<>]/)
        expect(text).toContain('Acme (id.acme.example)')
        expect(html.startsWith(`<!doctype html><html lang="${locale}">`)).toBe(true)
        expect(html).not.toMatch(/<script|<img|<link|url\(|@import|src=/)
        const { data } = content
        const { urls } = structureOf(html)
        if ('code' in data) {
          expect(text).toContain(`\n    ${data.code}\n`)
          expect(html).toContain(`>${data.code}</td>`)
          expect(text).toMatch(/\b30 (minutes|minutos|Minuten|分)/)
          // Subjects stand in the logs of mail servers.
          expect(subject).not.toContain(data.code)
        }
        const link = 'link' in data ? data.link : 'resetLink' in data ? data.resetLink : undefined
        // As attributes are decoded: `&lt=` and `&copy=` in it are no entities.
        const ends = 'unsubscribe' in data ? [data.unsubscribe] : []
        expect(urls.map((url) => url.replaceAll('&amp;', '&'))).toEqual(link === undefined ? [] : [link, ...ends])
        if (link !== undefined) expect(text.split('\n')).toContain(link)
        if ('at' in data) expect(text.replace(/\s/g, ' ')).toContain(WHEN[locale])
        if ('device' in data) {
          expect(text).toContain(`${data.device}\n`)
          expect(text).toContain(`${data.address}\n`)
        }
        // Gmail cuts a message at 102 KB.
        expect(html.length).toBeLessThan(20_000)
      })

  test('how long a code is good is said as people say it', async () => {
    const said = async (minutes: number, locale: Locale) => {
      const data = { link: 'https://id.acme.example/', code: '1', minutes }
      const { text } = await renderMail({ template: 'sign-in', data }, { ...ACME, locale })
      return /(?:within|dentro de|innerhalb von|dans un délai de|en un plazo de) ([^.]*)\.|は (.*?)以内/
        .exec(text)
        ?.slice(1)
        .find((part) => part !== undefined)
    }
    expect(await Promise.all([1, 10, 60, 90, 120, 1440].map((minutes) => said(minutes, 'en')))).toEqual([
      '1 minute',
      '10 minutes',
      '60 minutes',
      '90 minutes',
      '2 hours',
      '24 hours',
    ])
    const others = {
      pt: '1 minuto, 30 minutos, 24 horas',
      de: '1 Minute, 30 Minuten, 24 Stunden',
      fr: '1 minute, 30 minutes, 24 heures',
      es: '1 minuto, 30 minutos, 24 horas',
      ja: '1 分, 30 分, 24 時間',
    } as const
    for (const locale of locales.filter((locale) => locale !== 'en')) {
      const all = await Promise.all([1, 30, 1440].map((minutes) => said(minutes, locale)))
      expect(all.join(', ')).toBe(others[locale])
    }
  })

  test('an invalid link is refused', async () => {
    for (const link of ['javascript:alert(1)', 'data:text/html,x', '/verify', ''])
      await expect(
        renderMail({ template: 'account-exists', data: { resetLink: link } }, { ...ACME, locale: 'en' }),
      ).rejects.toThrow()
  })
})

describe('hostile values', () => {
  test('change neither tags nor links nor styles, nor the lines of the text', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...samples),
      outside,
      fc.constantFrom(...locales),
      async (content, text, locale) => {
        const usual = await renderMail(content, { ...ACME, locale })
        const { subject, text: plain, html } = await renderMail(withOutsideText(content, text), { ...ACME, locale })
        expect(structureOf(html)).toEqual(structureOf(usual.html))
        expect(plain.split(/\r\n|[\n\r\u2028\u2029\u0085\v\f]/)).toHaveLength(usual.text.split('\n').length)
        expect(subject).toBe(usual.subject)
      },
    )
    await fc.assert(property, { numRuns: runs * 8 })
  })

  test('in the brand change no tags either, and leave the subject one line', async () => {
    const property = fc.asyncProperty(fc.constantFrom(...samples), outside, async (content, brandName) => {
      const usual = await renderMail(content, { ...ACME, locale: 'pt' })
      const { subject, html } = await renderMail(content, { ...ACME, locale: 'pt', brandName })
      expect(structureOf(html)).toEqual(structureOf(usual.html))
      expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
    })
    await fc.assert(property, { numRuns: runs * 4 })
  })

  /** What xss-scan would look for: an element that shows a text without `safe`. */
  test('in any place of the HTML part change no tags', () => {
    const letter = (text: string, href: string): Letter => ({
      subject: text,
      preview: text,
      heading: text,
      blocks: [
        { kind: 'text', text },
        { kind: 'code', code: text },
        { kind: 'button', label: text, href },
        {
          kind: 'facts',
          facts: [
            { label: text, value: text },
            { label: text, value: text },
          ],
        },
        { kind: 'note', text },
      ],
    })
    const style = { head: ACME.brandName, color: ACME.brandColor, locale: 'en' as const, footer: 'footer' }
    const usual = structureOf(htmlPart(letter('text', 'https://id.acme.example'), style)).tags
    const property = fc.property(outside, (text) => {
      const html = htmlPart(letter(text, text), { ...style, head: text, footer: text })
      expect(structureOf(html).tags).toEqual(usual)
    })
    fc.assert(property, { numRuns: runs * 8 })
  })

  test('are one line, not too long, and nothing a mail program makes a link of', () => {
    const property = fc.property(outside, (text) => {
      const shown = inert(text)
      expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u)
      expect(shown).not.toBe('')
      if (!/^[\d.a-f:]+$/i.test(shown)) expect(shown).not.toMatch(LINK)
      expect([...shown].length).toBeLessThanOrEqual(2 * 300 + 1)
    })
    fc.assert(property, { numRuns: runs * 8 })
    expect(inert('Firefox 140 on Linux')).toBe('Firefox 140 on Linux')
    expect(inert('203.0.113.7')).toBe('203.0.113.7')
    expect(inert('2001:db8::7')).toBe('2001:db8::7')
    expect(inert('see www.evil.example')).not.toMatch(LINK)
    expect(inert('\u200b')).toBe('–')
    expect(inert('ada@example.com').replaceAll('\u200c', '')).toBe('ada@example.com')
  })
})

describe('colours', () => {
  const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`)

  test('contrast is that of WCAG 2.2', () => {
    expect(contrast('#000000', '#ffffff')).toBe(21)
    expect(contrast('#FFFFFF', '#ffffff')).toBe(1)
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.478, 3)
    expect(contrast('#ffffff', '#767676')).toBeCloseTo(4.542, 3)
  })

  test('text on any colour has a contrast of 4.5 or more', () => {
    fc.assert(
      fc.property(color, (background) => {
        expect(contrast(background, textOn(background))).toBeGreaterThanOrEqual(4.5)
      }),
      { numRuns: runs * 40 },
    )
    expect(textOn('#ffff00')).toBe('#000000')
    expect(textOn('#3730a3')).toBe('#ffffff')
  })

  test('an invalid colour never reaches a style', async () => {
    for (const brandColor of ['red', '#fff', '#3730a3;background:url(//evil.example)', '"><script>', ''])
      for (const content of samples.filter(({ data }) => 'link' in data))
        await expect(renderMail(content, { ...ACME, brandColor, locale: 'en' })).rejects.toThrow(RangeError)
  })
})
