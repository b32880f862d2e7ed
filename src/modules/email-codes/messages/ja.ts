import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'sign-in.subject': '{brand} のサインインコード',
  'sign-in.heading': '{brand} にサインイン',
  'sign-in.why': 'このメールアドレスのアカウントへのサインインが求められました。',
  'sign-in.button': 'サインイン',
  'sign-in.notYou':
    '心当たりがない場合は、このメールを無視してください。コードがなければ、ほかの人はサインインできません。',
}
