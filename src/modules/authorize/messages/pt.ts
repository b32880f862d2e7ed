import type { en } from './en.ts'

/** The texts of the pages of an authorization, in Portuguese. */
export const pt: Record<keyof typeof en, string> = {
  footer: 'Confira se a barra de endereço mostra {host}.',
  'consent.heading': 'Permitir que {client} use a sua conta?',
  'consent.host': '{client} em',
  'consent.callsItself': 'O aplicativo diz chamar-se {name}. Não verificamos este nome: confira o endereço.',
  'consent.account': 'Você entrou como',
  'consent.otherAccount': 'Usar outra conta',
  'consent.why': 'O aplicativo pede:',
  'consent.nothing': 'Usar {resource} em seu nome',
  'consent.ofResource': 'Em {resource}',
  'consent.detail': 'Em detalhe:',
  'consent.known': 'Você já permitiu:',
  'consent.onThisDevice': 'Este aplicativo roda neste dispositivo. Permita somente se você mesmo acabou de abri-lo.',
  'consent.later': 'Você pode cancelar esta permissão a qualquer momento na sua conta.',
  'consent.allow': 'Permitir',
  'consent.deny': 'Recusar',
  'account.heading': 'Continuar para {client}',
  'account.why': 'Continue com esta conta ou use outra.',
  'account.continue': 'Continuar',
  'error.back': 'Voltar para {client}',
  'error.signIn': 'Entrar com outra conta',
  'error.requestId': 'Solicitação',
  'error.request.heading': 'Não é possível continuar esta entrada',
  'error.request.why':
    'O aplicativo que trouxe você aqui cometeu um erro, por isso não voltamos a ele. Abra o aplicativo e tente mais uma vez. Se acontecer de novo, avise quem cuida do aplicativo.',
  'error.expired.heading': 'Demorou demais',
  'error.expired.why': 'Volte ao aplicativo e entre de novo por lá.',
  'error.session.heading': 'Agora você está em outra conta',
  'error.session.why': 'Por isso nada foi permitido. Volte ao aplicativo e entre de novo por lá.',
  'error.impersonated.heading': 'Você está usando a conta de outra pessoa',
  'error.impersonated.why':
    'Só a própria pessoa pode entrar em um aplicativo com ela. Encerre esta sessão e entre como você mesmo.',
  'error.anonymous.heading': 'Esta conta ainda não tem endereço de e-mail',
  'error.anonymous.why': 'Adicione primeiro um endereço à conta ou entre com outra conta.',
  'error.factor.heading': 'A sua conta precisa de um segundo fator',
  'error.factor.why':
    'O seu papel pede um segundo fator, e a sua conta não tem nenhum. Adicione um na sua conta e depois volte ao aplicativo.',
}
