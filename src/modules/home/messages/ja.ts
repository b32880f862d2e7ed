import type { en } from './en.ts'

/** In Japanese. If a message of the English file is missing here, the code does not compile. */
export const ja: Record<keyof typeof en, string> = {
  'out.heading': '{brand} へようこそ',
  'out.why': 'サインインしてアカウントを開くか、新しく作成してください。',
  'out.signIn': 'サインイン',
  'out.signUp': 'アカウントを作成',
  'in.heading': 'サインインしています',
  'in.as': 'サインイン中のアカウント',
  'in.signOut': 'サインアウト',
  'go.account': 'アカウント',
  'go.account.why': 'プロフィール、パスワード、パスキー、デバイス、アプリ',
  'go.manage': 'コンソール',
  'go.manage.why': 'ユーザー、組織、アプリ、監査ログ',
  'go.docs': 'ドキュメント',
  'go.docs.why': 'ガイド、API、エラーの一覧',
  'missing.heading': 'このページはありません',
  'missing.why': 'アドレスが間違っているか、ページが移動しました。何も変更されていません。',
  'failed.heading': 'うまくいきませんでした',
  'failed.request': '繰り返し起きる場合は、この番号を管理者に伝えてください: {request}',
  'failed.busy.heading': '少し待ってからもう一度お試しください',
  'failed.busy': 'サーバーが混み合っているか、更新中です。少し待ってからページを再読み込みしてください。',
  'go.home': 'スタートページへ',
}
