import type { en } from './en.ts'

/** Texts of the mails of this feature, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  'totp-added.subject': 'Um aplicativo autenticador foi adicionado à sua conta em {brand}',
  'totp-added.heading': 'Um aplicativo autenticador foi adicionado',
  'totp-added.why': 'A partir de agora, entrar na sua conta em {brand} pede também um código desse aplicativo.',
  'totp-added.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: mude a senha imediatamente e avise o suporte de {brand}.',

  'totp-removed.subject': 'O aplicativo autenticador da sua conta em {brand} foi removido',
  'totp-removed.heading': 'Seu aplicativo autenticador foi removido',
  'totp-removed.why': 'Entrar na sua conta em {brand} não pede mais um código desse aplicativo.',
  'totp-removed.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: mude a senha imediatamente e adicione o aplicativo de novo.',

  'recovery-code-used.subject': 'Um código de recuperação da sua conta em {brand} foi usado',
  'recovery-code-used.heading': 'Um código de recuperação foi usado',
  'recovery-code-used.why':
    'Alguém entrou na sua conta em {brand} com o primeiro fator e um dos seus códigos de recuperação. Esse código não serve mais.',
  'recovery-code-used.notYou':
    'Se foi você, não há nada a fazer. Se não, mude a senha imediatamente e gere novos códigos de recuperação.',

  'recovery-codes-made.subject': 'Novos códigos de recuperação para a sua conta em {brand}',
  'recovery-codes-made.heading': 'Novos códigos de recuperação foram gerados',
  'recovery-codes-made.why':
    'Sua conta em {brand} tem novos códigos de recuperação. Os que você tinha antes não funcionam mais.',
  'recovery-codes-made.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: mude a senha imediatamente e gere novos códigos de recuperação.',

  'factors-reset.subject': 'Os segundos fatores da sua conta em {brand} foram removidos',
  'factors-reset.heading': 'Seus segundos fatores foram removidos',
  'factors-reset.why':
    'Um administrador de {brand} removeu o aplicativo autenticador, as chaves de acesso e os códigos de recuperação da sua conta, e encerrou todas as suas sessões.',
  'factors-reset.notYou':
    'Se você não pediu isso, avise o suporte de {brand} imediatamente. Se pediu, entre e adicione um segundo fator de novo.',
}
