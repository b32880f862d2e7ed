import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'notification-digest.subject': '{brand} からの未読の通知があります',
  'notification-digest.heading': '未読の通知',
  'notification-digest.why': 'ご不在の間に次の通知が届きました。',
  'notification-digest.more': '{count, plural, other {ほか # 件。}}',
  'notification-digest.button': '{brand} を開く',
  'notification-digest.unsubscribe': 'このメールの受信を停止',
  'notification-digest.notYou':
    'このメールは多くても 1 日に 1 回、ご不在のときにだけ送られます。どの種類の通知をメールで受け取るかは、通知の設定で選べます。',
}
