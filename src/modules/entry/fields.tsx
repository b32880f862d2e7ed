/** @jsxImportSource @kitajs/html */
/** The fields of the forms. There is one of each name on a page, so browsers and password managers know what it is. */
import { escapeHtml } from '@kitajs/html'
import { toHtml } from '../mail/to-html.ts'
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

/** Not `type=email`: browsers accept only ASCII letters before the @, and show an international domain as Punycode. */
export const emailField = (scene: FieldScene, autocomplete: string): string =>
  toHtml(
    <div class="field">
      <label for="email" safe>
        {scene.say('field.email')}
      </label>
      <input
        id="email"
        name="email"
        type="text"
        inputmode="email"
        autocomplete={escapeHtml(autocomplete)}
        autocapitalize="none"
        spellcheck="false"
        required
        maxlength={320}
        value={escapeHtml(scene.view.values?.email ?? '')}
        {...described(scene, 'email')}
      />
    </div>,
  )

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
  toHtml(
    <div class="field">
      <label for="password" safe>
        {scene.say('field.password')}
      </label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        autocapitalize="none"
        spellcheck="false"
        required
        maxlength={1024}
        {...described(scene, 'password')}
      />
      <div class="row">
        {reveal(scene)}
        {beside}
      </div>
    </div>,
  )

export const newPassword = (scene: FieldScene, label: 'field.password' | 'field.newPassword', min: number): string =>
  toHtml(
    <div class="field">
      <label for="password" safe>
        {scene.say(label)}
      </label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="new-password"
        autocapitalize="none"
        spellcheck="false"
        required
        minlength={min}
        maxlength={1024}
        {...described(scene, 'password', 'password-hint')}
      />
      <p class="soft" id="password-hint" safe>
        {scene.say('field.newPassword.hint', { min })}
      </p>
      {reveal(scene)}
    </div>,
  )

/** The six digits of a mail or of an app. */
export const codeField = (scene: FieldScene, label: 'field.code' | 'field.appCode' = 'field.code'): string =>
  toHtml(
    <div class="field">
      <label for="code" safe>
        {scene.say(label)}
      </label>
      <input
        id="code"
        class="code"
        name="code"
        type="text"
        inputmode="numeric"
        autocomplete="one-time-code"
        spellcheck="false"
        required
        maxlength={64}
        autofocus={scene.view.notice === undefined}
        {...described(scene, 'code')}
      />
    </div>,
  )

/** A code of the app or a recovery code: the text shows which kind it is. */
export const anyCodeField = (scene: FieldScene): string =>
  toHtml(
    <div class="field">
      <label for="code" safe>
        {scene.say('field.anyCode')}
      </label>
      <input
        id="code"
        class="code"
        name="code"
        type="text"
        autocomplete="one-time-code"
        autocapitalize="none"
        spellcheck="false"
        required
        maxlength={64}
        autofocus={scene.view.notice === undefined}
        {...described(scene, 'code', 'code-hint')}
      />
      <p class="soft" id="code-hint" safe>
        {scene.say('field.anyCode.hint')}
      </p>
    </div>,
  )

export const rememberField = ({ say }: FieldScene): string =>
  toHtml(
    <label class="check">
      <input type="checkbox" name="rememberDevice" data-remember /> <span safe>{say('field.rememberDevice')}</span>
    </label>,
  )

/** Whose password it is, for the password manager. Nobody types it. */
export const ownerOfPassword = (email: string): string =>
  toHtml(<input type="text" autocomplete="username" value={escapeHtml(email)} readonly hidden />)

export const hiddenField = (name: string, value: string | undefined): string =>
  value === undefined ? '' : toHtml(<input type="hidden" name={escapeHtml(name)} value={escapeHtml(value)} />)
