import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'fact.newEmail': '新しいメールアドレス',
  'verify-email.subject': '{brand} のメールアドレスを確認してください',
  'verify-email.heading': 'メールアドレスの確認',
  'verify-email.why':
    '{brand} のアカウント用に、このアドレスが入力されました。ご自身のものであることを確認してください。',
  'verify-email.button': 'メールアドレスを確認',
  'verify-email.notYou':
    '心当たりがない場合は、このメールを無視してください。コードがなければ、ほかの人はこのアドレスを使えません。',
  'change-email.subject': '{brand} の新しいメールアドレスを確認してください',
  'change-email.heading': '新しいメールアドレスの確認',
  'change-email.why':
    '{brand} のアカウントでこのアドレスを使うことが求められました。ご自身のものであることを確認してください。',
  'change-email.button': '新しいメールアドレスを確認',
  'change-email.notYou':
    '心当たりがない場合は、このメールを無視してください。コードがなければ、ほかの人はこのアドレスを使えません。',
  'email-changed.subject': '{brand} のメールアドレスが変更されました',
  'email-changed.heading': 'メールアドレスが変更されました',
  'email-changed.why':
    '{brand} のアカウントのメールアドレスが新しくなりました。今後、メールは新しいアドレスだけに届きます。',
  'email-changed.notYou':
    '心当たりがない場合は、ほかの人がアカウントを使っている可能性があります。すぐに {brand} のサポートに連絡してください。',
  'unproved-removed.subject': '{brand} でアドレスを確認する前のサインイン方法が削除されました',
  'unproved-removed.heading': '以前のサインイン方法が削除されました',
  'unproved-removed.why':
    '{brand} でメールアドレスが確認されました。パスワード、パスキー、認証アプリなど、それより前のサインイン方法は、ほかの人が設定した可能性があるため、すべて削除されました。',
  'unproved-removed.notYou':
    'ご自身で設定していた場合は、もう一度設定してください。パスワードは「パスワードを忘れた場合」から設定できます。パスキーとアプリは、サインインの後に追加してください。',
}
