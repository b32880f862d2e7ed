import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'impersonated.subject': '{brand} の管理者があなたのアカウントを操作しています',
  'impersonated.heading': '管理者がアカウントを操作しています',
  'impersonated.why':
    '{brand} の管理者は、サポートなどのため、最長 1 時間アカウントを閲覧、利用できます。パスワード、アドレス、認証要素は変更できません。',
  'impersonated.notYou': '理由に心当たりがない場合は、{brand} の管理者にお尋ねください。',
}
