import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'totp-added.subject': '{brand} のアカウントに認証アプリが追加されました',
  'totp-added.heading': '認証アプリが追加されました',
  'totp-added.why': '今後、{brand} にサインインするときは、このアプリのコードも必要です。',
  'totp-added.notYou':
    '心当たりがない場合は、ほかの人がアカウントを使っている可能性があります。すぐにパスワードを変更し、{brand} のサポートに連絡してください。',
  'totp-removed.subject': '{brand} のアカウントの認証アプリが削除されました',
  'totp-removed.heading': '認証アプリが削除されました',
  'totp-removed.why': '{brand} にサインインするときに、このアプリのコードは必要なくなりました。',
  'totp-removed.notYou':
    '心当たりがない場合は、ほかの人がアカウントを使っている可能性があります。すぐにパスワードを変更し、アプリをもう一度追加してください。',
  'recovery-code-used.subject': '{brand} のアカウントのリカバリーコードが使われました',
  'recovery-code-used.heading': 'リカバリーコードが使われました',
  'recovery-code-used.why':
    '最初の認証要素とリカバリーコードで、{brand} のアカウントへのサインインがありました。そのコードはもう使えません。',
  'recovery-code-used.notYou':
    'ご自身の操作であれば、何もする必要はありません。そうでない場合は、すぐにパスワードを変更し、新しいリカバリーコードを作成してください。',
  'recovery-codes-made.subject': '{brand} のアカウントの新しいリカバリーコード',
  'recovery-codes-made.heading': '新しいリカバリーコードが作成されました',
  'recovery-codes-made.why': '{brand} のアカウントに新しいリカバリーコードがあります。以前のコードはもう使えません。',
  'recovery-codes-made.notYou':
    '心当たりがない場合は、ほかの人がアカウントを使っている可能性があります。すぐにパスワードを変更し、新しいリカバリーコードを作成してください。',
  'factors-reset.subject': '{brand} のアカウントの第 2 の認証要素が削除されました',
  'factors-reset.heading': '第 2 の認証要素が削除されました',
  'factors-reset.why':
    '{brand} の管理者が、アカウントの認証アプリ、パスキー、リカバリーコードを削除し、すべての端末からサインアウトさせました。',
  'factors-reset.notYou':
    'ご自身で依頼していない場合は、すぐに {brand} のサポートに連絡してください。依頼した場合は、サインインして、第 2 の認証要素をもう一度追加してください。',
}
