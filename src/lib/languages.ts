/** The languages of mails and pages. */
export const locales = ['en', 'pt', 'de', 'fr', 'es', 'ja'] as const
export type Locale = (typeof locales)[number]

/** Each in itself, as its readers look for it. */
export const languageNames: Readonly<Record<Locale, string>> = {
  en: 'English',
  pt: 'Português',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  ja: '日本語',
}

export const isLocale = (text: string | null | undefined): text is Locale => locales.some((known) => known === text)

/**
 * The preferred language of an Accept-Language header that this server has (RFC 9110 §12.5.4); undefined if it has
 * none.
 */
export function preferredLocale(header: string | null): Locale | undefined {
  if (header === null || header.length > MAX_HEADER) return undefined
  return header
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return { language: tag.split('-')[0], weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .flatMap(({ language }) => locales.filter((known) => known === language))[0]
}

const MAX_HEADER = 512
