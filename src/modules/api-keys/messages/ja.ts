import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'fact.apiKey': 'API キー',
  'api-key-created.subject': '{brand} のアカウントで API キーが作成されました',
  'api-key-created.heading': 'API キーが作成されました',
  'api-key-created.why': '今後、このキーを持つプログラムは、{brand} でお使いのアカウントの権限を使って操作できます。',
  'api-key-created.notYou':
    '心当たりがない場合は、ほかの人がアカウントを使っている可能性があります。すぐにキーを取り消し、パスワードを変更し、見覚えのないセッションを終了してください。',
  'api-key-revoked.subject': '{brand} の API キーが見つかり、取り消されました',
  'api-key-revoked.heading': 'API キーが取り消されました',
  'api-key-revoked.why':
    'このキーが第三者から届きました。つまり、ほかの人が読める場所にありました。このキーは {brand} ではもう使えません。',
  'api-key-revoked.notYou':
    'キーが公開された場所を探して削除してください。このキーで行われた見覚えのない変更がないか確認してください。その後、新しいキーを作成してください。',
}
