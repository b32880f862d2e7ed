import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'account-deleted.subject': '{brand} のアカウントが削除されました',
  'account-deleted.heading': 'アカウントが削除されました',
  'account-deleted.why':
    '{brand} のアカウントはもう存在しません。サインインすることはできません。このアカウントについてのメールは、これが最後です。',
  'account-deleted.notYou': '心当たりがない場合は、すぐに {brand} のサポートに連絡してください。',
  'username-changed.subject': '{brand} のアカウントのユーザー名が変更されました',
  'username-changed.heading': 'ユーザー名が変更されました',
  'username-changed.why':
    '{brand} のアカウントのユーザー名が変更または削除されました。新しいユーザー名か、メールアドレスでサインインしてください。',
  'username-changed.notYou':
    '心当たりがない場合は、ほかの人がアカウントを使っている可能性があります。新しいパスワードを設定し、{brand} のサポートに連絡してください。',
}
