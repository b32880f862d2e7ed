/** @jsxImportSource @kitajs/html */
/** The fields of the forms. `id` distinguishes the same field in two forms. */
import { escapeHtml } from '@kitajs/html'
import type { Config } from '../../config.ts'
import { toHtml } from '../mail/to-html.ts'
import { anyCodeInput, digitsInput, emailInput, field, passwordInput } from './field.tsx'
import type { MessageName, Say } from './messages/say.ts'

export const email = (id: string, say: Say): string =>
  field({
    id: `${id}-email`,
    label: say('field.email'),
    input: {
      ...emailInput,
      autocomplete: 'username',
      pattern: '\\s*[^@＠\\s]+[@＠][^@＠\\s]+\\s*',
      title: escapeHtml(say('field.email.hint')),
    },
  })

/** `hint`: where the digits come from. */
export const code = (say: Say, id = 'code', hint: MessageName = 'field.code.hint'): string =>
  field({
    id,
    label: say('field.code'),
    input: { ...digitsInput, pattern: '([\\s\\p{Pd}.]*\\p{Nd}){6}[\\s.]*', title: escapeHtml(say(hint)) },
  })

export const password = (id: string, say: Say, { passwordMinLength: min }: Pick<Config, 'passwordMinLength'>): string =>
  field({
    id: `${id}-password`,
    label: say('field.password'),
    input: {
      ...passwordInput,
      autocomplete: 'new-password',
      minlength: min,
      'aria-describedby': `${id}-password-hint`,
    },
    hint: say('field.password.hint', { min }),
    below: toHtml(
      <label class="check">
        <input type="checkbox" data-reveal={`${id}-password`} /> <span safe>{say('field.password.show')}</span>
      </label>,
    ),
  })

/** The password that the account has. */
export const currentPassword = (say: Say): string =>
  field({
    id: 'current-password',
    label: say('field.currentPassword'),
    input: { ...passwordInput, autocomplete: 'current-password' },
  })

/**
 * Accepts both kinds of second-factor code: app codes and recovery codes. The form of the code shows which kind it
 * is.
 */
export const factorCode = (say: Say): string =>
  field({
    id: 'factor-code',
    label: say('field.factor'),
    input: { ...anyCodeInput, maxlength: 40, 'aria-describedby': 'factor-code-hint' },
    hint: say('field.factor.hint'),
    below: toHtml(
      <label class="check">
        <input type="checkbox" name="rememberDevice" /> <span safe>{say('field.rememberDevice')}</span>
      </label>,
    ),
  })
