import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'fact.webhookHost': 'ホスト',
  'webhook-target.subject': '{brand} のイベントが新しいホストに送信されます',
  'webhook-target.heading': 'Webhook が設定されました',
  'webhook-target.why': '今後、{brand} はこのホストにイベントを送信します。お使いのアカウントで設定されました。',
  'webhook-target.notYou':
    '心当たりがない場合は、ほかの人がアカウントを使っている可能性があります。すぐに Webhook を削除し、パスワードを変更し、見覚えのないセッションを終了してください。',
  'webhook-disabled.subject': '{brand} の Webhook が無効になりました',
  'webhook-disabled.heading': 'Webhook が無効になりました',
  'webhook-disabled.why':
    '{brand} のイベントが何日もこのホストに届かなかったか、ホストが今後は受け取らないと応答しました。現在は何も送信されません。',
  'webhook-disabled.notYou':
    'ホストを修復してから、Webhook を再び有効にしてください。待っていたものが送信されます。その後のイベントは、14 日間は再送できます。',
}
