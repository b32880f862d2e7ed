/** @jsxImportSource @kitajs/html */
/** Small parts of pages: a text, a button, what a form sends besides its fields. */
import { escapeHtml } from '@kitajs/html'
import { toHtml } from '../mail/to-html.ts'

export const paragraph = (text: string): string => toHtml(<p safe>{text}</p>)

export const soft = (text: string): string =>
  toHtml(
    <p class="soft" safe>
      {text}
    </p>,
  )

export const submit = (label: string): string =>
  toHtml(
    <button class="button" type="submit" safe>
      {label}
    </button>,
  )

/** Undefined: nothing is sent. */
export const hiddenField = (name: string, value: string | undefined): string =>
  value === undefined ? '' : toHtml(<input type="hidden" name={escapeHtml(name)} value={escapeHtml(value)} />)

export const hiddenFields = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([name, value]) => hiddenField(name, value))
    .join('')
