/** @jsxImportSource @kitajs/html */
/** The parts that the sections of every page share. */
import type { Config } from '../../config.ts'
import { toHtml } from '../mail/to-html.ts'
import type { Kind, PageName } from './kinds.ts'
import type { Say } from './messages/say.ts'

export type Setting = Pick<Config, 'appUrl' | 'brandName' | 'passwordMinLength'>

export interface Scene {
  name: PageName
  kind: Kind
  say: Say
  /** A message of this page: `link.heading` is `sign-in.link.heading`. */
  own: (message: string) => string
  config: Setting
}

/** The heading takes the focus when the section is shown. */
export function section(state: string, heading: string, why: string, ...parts: string[]): string {
  return toHtml(
    <section data-state={state} hidden>
      <h1 tabindex={-1} safe>
        {heading}
      </h1>
      <p safe>{why}</p>
      <div role="alert"></div>
      {parts.join('')}
    </section>,
  )
}

export const turnTo = (state: string, label: string): string =>
  toHtml(
    <p>
      <button class="link" type="button" data-show={state} safe>
        {label}
      </button>
    </p>,
  )

/** A passkey as second factor. The script hides it in browsers without passkeys. */
export const passkey = (label: string): string =>
  toHtml(
    <p>
      <button class="button quiet" type="button" data-passkey safe>
        {label}
      </button>
    </p>,
  )
