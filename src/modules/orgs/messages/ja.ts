import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'fact.org': '組織',
  'org-deleted.subject': '{brand} で所有している組織が削除されました',
  'org-deleted.heading': '所有している組織が削除されました',
  'org-deleted.why':
    '所有している組織が削除されました。メンバーはもう利用できません。オーナーは 30 日以内であれば元に戻せます。その後は消去されます。',
  'org-deleted.notYou': '組織の誰も望んでいなかった場合は、元に戻し、パスワードを変更してください。',
  'org-transferred.subject': '{brand} の組織のオーナーが変わりました',
  'org-transferred.heading': '組織のオーナーが変わりました',
  'org-transferred.why': '所有している、または所有していた組織が、メンバーの 1 人に譲渡されました。',
  'org-transferred.notYou':
    '組織の誰も望んでいなかった場合は、すぐに {brand} のサポートに連絡し、パスワードを変更してください。',
}
