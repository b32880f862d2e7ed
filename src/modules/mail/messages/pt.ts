import type { en } from './en.ts'

/** What mails say, in Portuguese. A message that English has and this lacks does not compile. */
export const pt: Record<keyof typeof en, string> = {
  'proof.enterCode': 'Digite este código onde você parou:',
  'proof.orLink': 'Ou continue no navegador:',
  'proof.life':
    'O código e o botão funcionam uma única vez, dentro de {life}. Nunca compartilhe o código, seja quem for que o peça.',
  'life.minutes': '{count, plural, one {# minuto} other {# minutos}}',
  'life.hours': '{count, plural, one {# hora} other {# horas}}',
  'proof.preview': 'Seu código é {code}',
  'fact.when': 'Quando',
  'fact.device': 'Dispositivo',
  'fact.address': 'Endereço IP',
  'fact.passkey': 'Chave de acesso',
  'fact.provider': 'Provedor',
  'fact.newEmail': 'Novo endereço de e-mail',
  time: '{at, date, utc}',
  footer: 'Enviado por {brand} ({host}) sobre a sua conta. As respostas a este e-mail não são lidas.',

  'verify-email.subject': 'Confirme seu endereço de e-mail em {brand}',
  'verify-email.heading': 'Confirme seu e-mail',
  'verify-email.why': 'Este endereço foi informado para uma conta em {brand}. Confirme que ele é seu.',
  'verify-email.button': 'Confirmar e-mail',
  'verify-email.notYou': 'Se não foi você, ignore este e-mail: sem o código, ninguém pode usar o seu endereço.',

  'change-email.subject': 'Confirme seu novo endereço de e-mail em {brand}',
  'change-email.heading': 'Confirme seu novo e-mail',
  'change-email.why': 'Este endereço deve passar a ser o de uma conta em {brand}. Confirme que ele é seu.',
  'change-email.button': 'Confirmar novo e-mail',
  'change-email.notYou': 'Se não foi você, ignore este e-mail: sem o código, ninguém pode usar o seu endereço.',

  'email-changed.subject': 'Seu endereço de e-mail em {brand} foi alterado',
  'email-changed.heading': 'Seu e-mail foi alterado',
  'email-changed.why':
    'Sua conta em {brand} tem um novo endereço de e-mail. A partir de agora, os e-mails vão para lá.',
  'email-changed.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: avise o suporte de {brand} imediatamente.',

  'reset-password.subject': 'Redefina sua senha em {brand}',
  'reset-password.heading': 'Redefina sua senha',
  'reset-password.why': 'Alguém pediu para definir uma nova senha para a sua conta em {brand}.',
  'reset-password.button': 'Definir nova senha',
  'reset-password.notYou': 'Se não foi você, ignore este e-mail: sua senha continua a mesma.',

  'password-changed.subject': 'Sua senha em {brand} foi alterada',
  'password-changed.heading': 'Sua senha foi alterada',
  'password-changed.why': 'Sua conta em {brand} tem uma nova senha.',
  'password-changed.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: defina uma nova senha imediatamente, em “Esqueci a senha”, onde você entra.',

  'sign-in.subject': 'Seu código de acesso a {brand}',
  'sign-in.heading': 'Entrar em {brand}',
  'sign-in.why': 'Alguém pediu para entrar na sua conta com este endereço de e-mail.',
  'sign-in.button': 'Entrar',
  'sign-in.notYou': 'Se não foi você, ignore este e-mail: sem o código, ninguém entra.',

  'account-exists.subject': 'Você já tem uma conta em {brand}',
  'account-exists.heading': 'Você já tem uma conta',
  'account-exists.why':
    'Alguém tentou criar uma conta em {brand} com este endereço de e-mail. Ele já tem uma conta: basta entrar nela.',
  'account-exists.forgotten': 'Se você não lembra mais da sua senha, defina uma nova:',
  'account-exists.button': 'Definir nova senha',
  'account-exists.notYou': 'Se não foi você, não é preciso fazer nada: sua conta continua como está.',

  'new-device.subject': 'Novo acesso à sua conta em {brand}',
  'new-device.heading': 'Novo acesso à sua conta',
  'new-device.why': 'Alguém entrou na sua conta em {brand} com um dispositivo que ainda não conhecíamos.',
  'new-device.notYou':
    'Se foi você, não é preciso fazer nada. Se não, altere sua senha imediatamente e encerre as sessões que não reconhece.',

  'identity-linked.subject': 'Uma nova forma de entrar na sua conta em {brand}',
  'identity-linked.heading': 'Uma nova forma de entrar',
  'identity-linked.why':
    'Uma identidade de outro provedor foi vinculada à sua conta em {brand}. A partir de agora, ela pode ser usada para entrar.',
  'identity-linked.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: desvincule-a, encerre todas as outras sessões e altere sua senha imediatamente.',

  'identity-unlinked.subject': 'Uma forma de entrar na sua conta em {brand} foi removida',
  'identity-unlinked.heading': 'Uma forma de entrar foi removida',
  'identity-unlinked.why':
    'Uma identidade de outro provedor foi desvinculada da sua conta em {brand}. Ela não pode mais ser usada para entrar.',
  'identity-unlinked.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: encerre todas as outras sessões e altere sua senha imediatamente.',

  'account-deleted.subject': 'Sua conta em {brand} foi excluída',
  'account-deleted.heading': 'Sua conta foi excluída',
  'account-deleted.why':
    'Sua conta em {brand} não existe mais, e ninguém pode entrar nela. Este é o último e-mail sobre ela.',
  'account-deleted.notYou': 'Se não foi você, avise o suporte de {brand} imediatamente.',

  'passkey-added.subject': 'Uma chave de acesso foi adicionada à sua conta em {brand}',
  'passkey-added.heading': 'Uma chave de acesso foi adicionada',
  'passkey-added.why': 'A partir de agora, é possível entrar na sua conta em {brand} com uma nova chave de acesso.',
  'passkey-added.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: remova a chave de acesso imediatamente, altere sua senha e encerre as sessões que não reconhece.',

  'passkey-removed.subject': 'Uma chave de acesso foi removida da sua conta em {brand}',
  'passkey-removed.heading': 'Uma chave de acesso foi removida',
  'passkey-removed.why': 'Uma das suas chaves de acesso não funciona mais em {brand}.',
  'passkey-removed.notYou':
    'Se não foi você, outra pessoa pode estar usando a sua conta: altere sua senha imediatamente e encerre as sessões que não reconhece.',

  'passkey-flagged.subject': 'Uma chave de acesso da sua conta em {brand} pode ter sido copiada',
  'passkey-flagged.heading': 'Uma chave de acesso pode ter sido copiada',
  'passkey-flagged.why':
    'Um acesso à sua conta em {brand} foi recusado: a chave de acesso conta quantas vezes foi usada, e a contagem voltou atrás. Pode haver uma cópia dela.',
  'passkey-flagged.notYou': 'Por segurança, remova esta chave de acesso e adicione uma nova, seja quem for que a usou.',

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

  'unproved-removed.subject': 'O que foi configurado antes de você confirmar seu endereço em {brand} foi removido',
  'unproved-removed.heading': 'O que foi configurado antes foi removido',
  'unproved-removed.why':
    'Você mostrou a {brand} que lê este endereço. O que havia sido configurado para ele antes, como uma senha, uma chave de acesso ou um aplicativo autenticador, foi removido: pode ter sido outra pessoa.',
  'unproved-removed.notYou':
    'Se era seu, configure de novo: a senha com “Esqueci a senha”, as chaves de acesso e os aplicativos depois de entrar.',
}
