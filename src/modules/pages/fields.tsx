/** @jsxImportSource @kitajs/html */
/** The fields of the forms. `id` distinguishes the same field in two forms. */
import { escapeHtml } from '@kitajs/html'
import type { Config } from '../../config.ts'
import { toHtml } from '../mail/to-html.ts'
import type { MessageName, Say } from './messages/say.ts'

/** Not `type=email`: browsers accept only ASCII letters before the @, and show an international domain as Punycode. */
export const email = (id: string, say: Say): string =>
  toHtml(
    <div class="field">
      <label for={`${id}-email`} safe>
        {say('field.email')}
      </label>
      <input
        id={`${id}-email`}
        name="email"
        type="text"
        inputmode="email"
        autocomplete="username"
        autocapitalize="none"
        spellcheck="false"
        required
        maxlength={320}
        pattern="\s*[^@＠\s]+[@＠][^@＠\s]+\s*"
        title={escapeHtml(say('field.email.hint'))}
      />
    </div>,
  )

/** `hint`: where the digits come from. */
export const code = (say: Say, id = 'code', hint: MessageName = 'field.code.hint'): string =>
  toHtml(
    <div class="field">
      <label for={id} safe>
        {say('field.code')}
      </label>
      <input
        id={id}
        class="code"
        name="code"
        type="text"
        inputmode="numeric"
        autocomplete="one-time-code"
        spellcheck="false"
        required
        maxlength={64}
        pattern="([\s\p{Pd}.]*\p{Nd}){6}[\s.]*"
        title={escapeHtml(say(hint))}
      />
    </div>,
  )

export const password = (id: string, say: Say, { passwordMinLength: min }: Pick<Config, 'passwordMinLength'>): string =>
  toHtml(
    <div class="field">
      <label for={`${id}-password`} safe>
        {say('field.password')}
      </label>
      <input
        id={`${id}-password`}
        name="password"
        type="password"
        autocomplete="new-password"
        autocapitalize="none"
        spellcheck="false"
        required
        minlength={min}
        maxlength={1024}
        aria-describedby={`${id}-password-hint`}
      />
      <p class="soft" id={`${id}-password-hint`} safe>
        {say('field.password.hint', { min })}
      </p>
      <label class="check">
        <input type="checkbox" data-reveal={`${id}-password`} /> <span safe>{say('field.password.show')}</span>
      </label>
    </div>,
  )

/** The password that the account has. */
export const currentPassword = (say: Say): string =>
  toHtml(
    <div class="field">
      <label for="current-password" safe>
        {say('field.currentPassword')}
      </label>
      <input
        id="current-password"
        name="password"
        type="password"
        autocomplete="current-password"
        autocapitalize="none"
        spellcheck="false"
        required
        maxlength={1024}
      />
    </div>,
  )

/**
 * Accepts both kinds of second-factor code: app codes and recovery codes. The form of the code shows which kind it
 * is.
 */
export const factorCode = (say: Say): string =>
  toHtml(
    <div class="field">
      <label for="factor-code" safe>
        {say('field.factor')}
      </label>
      <input
        id="factor-code"
        class="code"
        name="code"
        type="text"
        autocomplete="one-time-code"
        autocapitalize="none"
        spellcheck="false"
        required
        maxlength={40}
        aria-describedby="factor-code-hint"
      />
      <p class="soft" id="factor-code-hint" safe>
        {say('field.factor.hint')}
      </p>
      <label class="check">
        <input type="checkbox" name="rememberDevice" /> <span safe>{say('field.rememberDevice')}</span>
      </label>
    </div>,
  )
