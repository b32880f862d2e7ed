import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'reset-password.subject': '{brand} のパスワードの再設定',
  'reset-password.heading': 'パスワードの再設定',
  'reset-password.why': '{brand} のアカウントに新しいパスワードを設定する依頼を受け付けました。',
  'reset-password.button': '新しいパスワードを設定',
  'reset-password.notYou': '心当たりがない場合は、このメールを無視してください。パスワードは変わりません。',
  'password-changed.subject': '{brand} のパスワードが変更されました',
  'password-changed.heading': 'パスワードが変更されました',
  'password-changed.why': '{brand} のアカウントに新しいパスワードが設定されました。',
  'password-changed.notYou':
    '心当たりがない場合は、ほかの人がアカウントを使っている可能性があります。すぐにサインインの画面の「パスワードを忘れた場合」から、新しいパスワードを設定してください。',
}
