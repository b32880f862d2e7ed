import type { en } from './en.ts'

/** Texts of the mails of this feature, in Japanese. */
export const ja: Record<keyof typeof en, string> = {
  'fact.provider': 'プロバイダー',
  'identity-linked.subject': '{brand} のアカウントに新しいサインイン方法が追加されました',
  'identity-linked.heading': '新しいサインイン方法',
  'identity-linked.why':
    'ほかのプロバイダーの ID が {brand} のアカウントに連携されました。今後、その ID でサインインできます。',
  'identity-linked.notYou':
    '心当たりがない場合は、ほかの人がアカウントを使っている可能性があります。連携を解除し、ほかのすべてのセッションを終了し、すぐにパスワードを変更してください。',
  'identity-unlinked.subject': '{brand} のアカウントのサインイン方法が削除されました',
  'identity-unlinked.heading': 'サインイン方法が削除されました',
  'identity-unlinked.why':
    'ほかのプロバイダーの ID と {brand} のアカウントの連携が解除されました。その ID ではもうサインインできません。',
  'identity-unlinked.notYou':
    '心当たりがない場合は、ほかの人がアカウントを使っている可能性があります。ほかのすべてのセッションを終了し、すぐにパスワードを変更してください。',
}
