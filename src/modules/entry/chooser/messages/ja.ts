import type { en } from './en.ts'

/** The texts of the account chooser, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  heading: 'アカウントの選択',
  why: '以前ここでサインインしたアカウントです。この一覧は、このブラウザーだけに保存されています。',
  forget: '一覧から削除',
  'forget.account': '{account} をこのブラウザーの一覧から削除',
  other: 'または、別のアカウントを使う',
  signOut: 'サインアウト',
}
