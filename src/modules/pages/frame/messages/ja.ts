import type { en } from './en.ts'

/** The texts around the content of each page, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  footer: 'アドレスバーに {host} と表示されていることを確認してください。',
  server: 'このページは {server} が提供しています。',
  languages: '言語',
  terms: '利用規約',
  privacy: 'プライバシー',
  support: 'ヘルプ',
}
