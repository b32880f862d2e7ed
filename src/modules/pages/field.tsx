/** @jsxImportSource @kitajs/html */
/** A field of a form, as every page shows it, and what the inputs of one kind have in common. */
import { toHtml } from '../mail/to-html.ts'

interface Field {
  id: string
  label: string
  /** The attributes of the input. Texts of others are escaped. */
  input: JSX.HtmlInputTag & Record<`aria-${string}`, string | undefined>
  /** Always below the input, with the id of the input and `-hint`. */
  hint?: string
  /** At the end. HTML. */
  below?: string
}

export const field = ({ id, label, input, hint, below = '' }: Field): string =>
  toHtml(
    <div class="field">
      <label for={id} safe>
        {label}
      </label>
      <input id={id} {...input} />
      {hint === undefined
        ? ''
        : toHtml(
            <p class="soft" id={`${id}-hint`} safe>
              {hint}
            </p>,
          )}
      {below}
    </div>,
  )

/** Not `type=email`: browsers accept only ASCII letters before the @, and show an international domain as Punycode. */
export const emailInput = {
  name: 'email',
  type: 'text',
  inputmode: 'email',
  autocapitalize: 'none',
  spellcheck: 'false',
  required: true,
  maxlength: 320,
} as const

export const passwordInput = {
  name: 'password',
  type: 'password',
  autocapitalize: 'none',
  spellcheck: 'false',
  required: true,
  maxlength: 1024,
} as const

const codeInput = { class: 'code', name: 'code', type: 'text', spellcheck: 'false', required: true } as const
const oneTimeCode = { ...codeInput, autocomplete: 'one-time-code' } as const
/** The six digits of a mail or of an app. */
export const digitsInput = { ...oneTimeCode, inputmode: 'numeric', maxlength: 64 } as const
/** A code of the app or a recovery code. */
export const anyCodeInput = { ...oneTimeCode, autocapitalize: 'none' } as const
/** The code that a device shows. */
export const deviceCodeInput = {
  ...codeInput,
  autocomplete: 'off',
  autocapitalize: 'characters',
  maxlength: 64,
} as const
