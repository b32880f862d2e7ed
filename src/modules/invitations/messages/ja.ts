import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'invitation.org': '組織',
  'invitation.inviter': '招待した人',
  'invitation.subject': '{brand} の組織に招待されています',
  'invitation.heading': '招待が届いています',
  'invitation.why': '{brand} の組織に招待されています。',
  'invitation.button': '招待を見る',
  'invitation.life':
    'ボタンは {days, plural, other {# 日}}以内に 1 回だけ、このメールアドレスのアカウントで使えます。アカウントがない場合は、先に作成できます。',
  'invitation.notYou':
    'この組織に心当たりがない場合は、このメールを無視してください。何もしなければ何も起こらず、アカウントの有無がほかの人に知られることもありません。',
}
