import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'domain-lost.domain': 'ドメイン',
  'domain-lost.org': '組織',
  'domain-lost.subject': '{brand} の組織のドメインの確認が無効になりました',
  'domain-lost.heading': 'ドメインの確認が無効になりました',
  'domain-lost.why':
    '週に一度の確認で、このドメインの DNS レコードが 2 回続けて見つかりませんでした。今後、このドメインのアドレスで組織に参加することはできません。現在のメンバーはそのままです。',
  'domain-lost.notYou':
    'ドメインを引き続きお持ちの場合は、レコードをもう一度設定し、ドメインを確認してください。知らないうちにレコードが削除された場合は、DNS を変更できる人を確認してください。',
}
