/** @jsxImportSource @kitajs/html */
/** The fields of the forms. There is one of each name on a page, so browsers and password managers know what it is. */
import { escapeHtml } from '@kitajs/html'
import { toHtml } from '../mail/to-html.ts'
import { anyCodeInput, digitsInput, emailInput, field, passwordInput } from '../pages/field.tsx'
import type { Say } from './messages/say.ts'
import type { FieldName, View } from './view.ts'

export interface FieldScene {
  say: Say
  view: View
}

/** The id of the notice, which describes the field that it is about. */
export const NOTICE = 'notice'

/** What marks a field that the notice is about. `hint`: the id of the text that always describes it. */
function described({ view }: FieldScene, name: FieldName, hint?: string): Record<string, string> {
  const isAbout = view.notice?.field === name
  const ids = [...(isAbout ? [NOTICE] : []), ...(hint === undefined ? [] : [hint])].join(' ')
  return { ...(isAbout ? { 'aria-invalid': 'true' } : {}), ...(ids === '' ? {} : { 'aria-describedby': ids }) }
}

export const emailField = (scene: FieldScene, autocomplete: string): string =>
  field({
    id: 'email',
    label: scene.say('field.email'),
    input: {
      ...emailInput,
      autocomplete: escapeHtml(autocomplete),
      value: escapeHtml(scene.view.values?.email ?? ''),
      ...described(scene, 'email'),
    },
  })

export const nameField = (scene: FieldScene): string =>
  toHtml(
    <div class="field">
      <label for="name">
        <span safe>{scene.say('field.name')}</span> <span class="soft" safe>{`(${scene.say('field.optional')})`}</span>
      </label>
      <input
        id="name"
        name="name"
        type="text"
        autocomplete="name"
        maxlength={200}
        value={escapeHtml(scene.view.values?.name ?? '')}
        {...described(scene, 'name')}
      />
    </div>,
  )

/** The script shows it: without one, it could do nothing. */
const reveal = ({ say }: FieldScene): string =>
  toHtml(
    <label class="check" data-reveal hidden>
      <input type="checkbox" /> <span safe>{say('field.showPassword')}</span>
    </label>,
  )

/** The password that the account has. `beside`: HTML at the end of the line below. */
export const currentPassword = (scene: FieldScene, beside = ''): string =>
  field({
    id: 'password',
    label: scene.say('field.password'),
    input: { ...passwordInput, autocomplete: 'current-password', ...described(scene, 'password') },
    below: toHtml(
      <div class="row">
        {reveal(scene)}
        {beside}
      </div>,
    ),
  })

export const newPassword = (scene: FieldScene, label: 'field.password' | 'field.newPassword', min: number): string =>
  field({
    id: 'password',
    label: scene.say(label),
    input: {
      ...passwordInput,
      autocomplete: 'new-password',
      minlength: min,
      ...described(scene, 'password', 'password-hint'),
    },
    hint: scene.say('field.newPassword.hint', { min }),
    below: reveal(scene),
  })

/** The six digits of a mail or of an app. */
export const codeField = (scene: FieldScene, label: 'field.code' | 'field.appCode' = 'field.code'): string =>
  field({
    id: 'code',
    label: scene.say(label),
    input: { ...digitsInput, autofocus: scene.view.notice === undefined, ...described(scene, 'code') },
  })

/** A code of the app or a recovery code: the text shows which kind it is. */
export const anyCodeField = (scene: FieldScene): string =>
  field({
    id: 'code',
    label: scene.say('field.anyCode'),
    input: {
      ...anyCodeInput,
      maxlength: 64,
      autofocus: scene.view.notice === undefined,
      ...described(scene, 'code', 'code-hint'),
    },
    hint: scene.say('field.anyCode.hint'),
  })

export const rememberField = ({ say }: FieldScene): string =>
  toHtml(
    <label class="check">
      <input type="checkbox" name="rememberDevice" data-remember /> <span safe>{say('field.rememberDevice')}</span>
    </label>,
  )

/** Whose password it is, for the password manager. Nobody types it. */
export const ownerOfPassword = (email: string): string =>
  toHtml(<input type="text" autocomplete="username" value={escapeHtml(email)} readonly hidden />)
