import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'account-exists.subject': '{brand} のアカウントはすでにあります',
  'account-exists.heading': 'アカウントはすでにあります',
  'account-exists.why':
    '{brand} でこのメールアドレスによる登録を受け付けましたが、このアドレスのアカウントはすでにあります。登録の代わりに、サインインしてください。',
  'account-exists.forgotten': 'パスワードがわからない場合は、新しいパスワードを設定してください。',
  'account-exists.button': '新しいパスワードを設定',
  'account-exists.notYou': '心当たりがない場合は、何もする必要はありません。アカウントは変わりません。',
}
