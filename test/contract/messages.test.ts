/**
 * Each text exists in each language, takes the same values and tags in each, and is translated. Folders of texts are
 * found, not listed.
 */
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser'
import { Glob } from 'bun'
import { type Locale, locales } from '../../src/lib/languages.ts'

const ROOT = join(import.meta.dir, '../../src')
const folders = [...new Glob('**/messages/en.ts').scanSync(ROOT)].map((path) => path.slice(0, -'/en.ts'.length)).sort()

async function textsOf(folder: string, locale: Locale): Promise<Record<string, string>> {
  const { [locale]: texts } = (await import(join(ROOT, folder, `${locale}.ts`))) as Record<string, unknown>
  if (typeof texts !== 'object' || texts === null) throw new Error(`${folder}/${locale}.ts does not export ${locale}`)
  return texts as Record<string, string> // each value is tested to be a text below
}

/** The arguments of a message with their kinds, in no order, and each once: a language may say a name twice. */
function argumentsOf(elements: readonly MessageFormatElement[]): string[] {
  const own = elements.flatMap((element) => {
    switch (element.type) {
      case TYPE.literal:
      case TYPE.pound:
        return []
      case TYPE.tag:
        return [`tag ${element.value}`, ...argumentsOf(element.children)]
      case TYPE.plural:
      case TYPE.select: {
        const inner = Object.values(element.options).flatMap(({ value }) => argumentsOf(value))
        return [`${TYPE[element.type]} ${element.value}`, ...inner]
      }
      default:
        return [`${TYPE[element.type]} ${element.value}`]
    }
  })
  return [...new Set(own)].sort()
}

/** Each plural of a message: the forms that it has. */
const pluralsOf = (elements: readonly MessageFormatElement[]): string[][] =>
  elements.flatMap((element) => {
    if (element.type !== TYPE.plural && element.type !== TYPE.select) return []
    const inner = Object.values(element.options).flatMap(({ value }) => pluralsOf(value))
    return element.type === TYPE.plural ? [Object.keys(element.options).sort(), ...inner] : inner
  })

/**
 * The forms that whole numbers below a million need. French, Spanish and Portuguese have a form for millions too, which
 * differs only in words such as "de", and no text here counts so far.
 */
const formsOf = (locale: Locale): string[] => {
  const rules = new Intl.PluralRules(locale)
  return [...new Set(Array.from({ length: 1000 }, (_, count) => rules.select(count)))].sort()
}

/** Words that are the same in the other language, or a mere pattern. */
const SAME: Record<Exclude<Locale, 'en'>, readonly string[]> = {
  pt: ['E-mail', 'Status', 'Total', 'Logo', 'Console'],
  de: [
    'Domain',
    'Organisation',
    'Passkey',
    'Code',
    'Name',
    'Status',
    'Version',
    'System',
    'Browser',
    'Server',
    'Logo',
    'In {resource}',
    'Passkeys',
    'App',
    'Administrator',
    'Export',
  ],
  fr: [
    'Notifications',
    'Organisation',
    'Passkey',
    'Code',
    'Date',
    'Actions',
    'Action',
    'Type',
    'Version',
    'Page',
    'Description',
    'Console',
    'Sessions',
    'Organisations',
    'Active',
    'Connections',
    'Invitations',
    '{count, plural, one {# minute} other {# minutes}}',
  ],
  es: ['Error', 'Total', 'No', 'Normal', 'Roles: {roles}'],
  ja: [],
}

/** Nothing to translate: arguments and signs alone. */
const withoutWords = (text: string): boolean => !/\p{L}/u.test(text.replace(/\{\w+(, \w+, \w+)?\}/g, ''))

test('there are folders of texts, and each language has one file in each', () => {
  expect(folders.length).toBeGreaterThan(15)
  const files = [...new Glob('**/messages/??.ts').scanSync(ROOT)].sort()
  expect(files).toEqual(folders.flatMap((folder) => locales.map((locale) => `${folder}/${locale}.ts`)).sort())
})

describe.each(folders)('%s', (folder) => {
  for (const locale of locales)
    test(`${locale}: every text is there, not empty, and well-formed`, async () => {
      const [en, texts] = await Promise.all([textsOf(folder, 'en'), textsOf(folder, locale)])
      expect(Object.keys(texts).sort()).toEqual(Object.keys(en).sort())
      for (const [name, text] of Object.entries(texts)) {
        expect(typeof text, name).toBe('string')
        expect(text.trim(), name).not.toBe('')
        expect(text, `${name}: spaces`).toBe(text.trim())
        for (const forms of pluralsOf(parse(text, { ignoreTag: false })))
          expect(
            forms.filter((form) => !form.startsWith('=')),
            `${name}: plural forms`,
          ).toEqual(formsOf(locale))
        // An ASCII apostrophe quotes in ICU messages, so that a brace after it would be text.
        expect(text, `${name}: ' before a brace`).not.toMatch(/'[{}]/)
      }
    })

  for (const locale of locales.filter((locale) => locale !== 'en'))
    test(`${locale}: every text takes the values and tags of the English one, and is translated`, async () => {
      const [en, texts] = await Promise.all([textsOf(folder, 'en'), textsOf(folder, locale)])
      for (const [name, text] of Object.entries(texts)) {
        const english = en[name] ?? ''
        const taken = (message: string) => argumentsOf(parse(message, { ignoreTag: false }))
        expect(taken(text), name).toEqual(taken(english))
        if (!withoutWords(english) && !SAME[locale].includes(english)) expect(text, name).not.toBe(english)
      }
    })
})
