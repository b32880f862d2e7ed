/** The texts of the page, in the language of the document, which loads them before the program. */
import { fill } from '../../../browser/fill.ts'
import { readSetting } from '../../../browser/setting.ts'
import type { AccountSetting, Text, WithTexts } from '../schema.ts'

export const setting = readSetting<AccountSetting>()
const { accountTexts } = globalThis as WithTexts
if (accountTexts === undefined) throw new Error('the texts of the page were not loaded')
export const texts = accountTexts

export const say = (text: Text, values?: Record<string, string | number>): string => fill(texts[text], values)

const language = document.documentElement.lang || 'en'
const dates = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
const times = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
const spans = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
const numbers = new Intl.NumberFormat(language)

export const date = (iso: string): string => dates.format(new Date(iso))
export const dateAndTime = (iso: string): string => times.format(new Date(iso))
export const number = (value: number): string => numbers.format(value)

const MINUTE = 60
const UNITS = [
  ['minute', MINUTE],
  ['hour', 60 * MINUTE],
  ['day', 24 * 60 * MINUTE],
] as const

/** “5 minutes ago” for the last week, else the date. */
export function ago(iso: string): string {
  const seconds = Math.max(0, (Date.now() - Date.parse(iso)) / 1000)
  const [unit, length] = UNITS.findLast(([, one]) => seconds >= one) ?? UNITS[0]
  if (unit === 'day' && seconds >= 7 * length) return date(iso)
  return spans.format(-Math.floor(seconds / length), unit)
}

/** “2 minutes”, for a wait. */
export function span(seconds: number): string {
  const minutes = seconds >= 90
  const unit = minutes ? 'minute' : 'second'
  const value = minutes ? Math.ceil(seconds / MINUTE) : Math.max(1, seconds)
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}
