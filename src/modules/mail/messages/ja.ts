import type { en } from './en.ts'

/** Texts of every mail, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'proof.enterCode': '元の画面にこのコードを入力してください。',
  'proof.orLink': 'または、ブラウザーで続けてください。',
  'proof.life': 'コードとボタンは {life}以内に 1 回だけ使えます。求められても、コードをほかの人に教えないでください。',
  'life.minutes': '{count, plural, other {# 分}}',
  'life.hours': '{count, plural, other {# 時間}}',
  'proof.preview': 'コードは {code} です',
  'fact.when': '日時',
  'fact.device': '端末',
  'fact.address': 'IP アドレス',
  time: '{at, date, utc}',
  footer:
    'アカウントについて、{brand} ({host}) からお送りしています。このメールに返信しても、お読みすることはできません。',
}
