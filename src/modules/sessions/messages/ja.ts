import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'new-device.subject': '{brand} のアカウントへの新しいサインイン',
  'new-device.heading': 'アカウントへの新しいサインイン',
  'new-device.why': '新しい端末またはネットワークから、{brand} のアカウントへのサインインがありました。',
  'new-device.notYou':
    'ご自身の操作であれば、何もする必要はありません。心当たりがない場合は、すぐにパスワードを変更し、見覚えのないセッションを終了してください。',
}
