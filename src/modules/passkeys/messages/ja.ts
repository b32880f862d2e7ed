import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'fact.passkey': 'パスキー',
  'passkey-added.subject': '{brand} のアカウントにパスキーが追加されました',
  'passkey-added.heading': 'パスキーが追加されました',
  'passkey-added.why': '今後、新しいパスキーで {brand} のアカウントにサインインできます。',
  'passkey-added.notYou':
    '心当たりがない場合は、ほかの人がアカウントを使っている可能性があります。すぐにパスキーを削除し、パスワードを変更し、見覚えのないセッションを終了してください。',
  'passkey-removed.subject': '{brand} のアカウントからパスキーが削除されました',
  'passkey-removed.heading': 'パスキーが削除されました',
  'passkey-removed.why': 'パスキーの 1 つが {brand} で使えなくなりました。',
  'passkey-removed.notYou':
    '心当たりがない場合は、ほかの人がアカウントを使っている可能性があります。すぐにパスワードを変更し、見覚えのないセッションを終了してください。',
  'passkey-flagged.subject': '{brand} のアカウントのパスキーがコピーされた可能性があります',
  'passkey-flagged.heading': 'パスキーがコピーされた可能性があります',
  'passkey-flagged.why':
    '{brand} のアカウントへのサインインを拒否しました。パスキーは使用回数を数えますが、その回数が減っていました。パスキーのコピーが存在する可能性があります。',
  'passkey-flagged.notYou':
    'ご自身のサインインであっても、安全のため、このパスキーを削除し、新しいパスキーを追加してください。',
}
