import type { en } from './en.ts'

export const ja: Record<keyof typeof en, string> = {
  'fact.badge': 'バッジ',
  'badge-awarded.subject': '{brand} で新しいバッジを獲得しました',
  'badge-awarded.heading': '新しいバッジを獲得しました',
  'badge-awarded.why': '{brand} の管理者からバッジが贈られました。',
  'badge-awarded.notYou': '不要な場合は、{brand} のサポートに連絡してください。',
}
