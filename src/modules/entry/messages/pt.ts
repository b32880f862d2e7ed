/** The texts in Portuguese, of Brazil and of Portugal. */
import type { en } from './en.ts'

export const pt: Record<keyof typeof en, string> = {
  or: 'ou',
  'field.email': 'Endereço de e-mail',
  'field.name': 'Nome',
  'field.optional': 'opcional',
  'field.password': 'Senha',
  'field.newPassword': 'Nova senha',
  'field.newPassword.hint':
    'No mínimo {min, plural, one {# caractere} other {# caracteres}}. Algumas palavras fáceis de lembrar fazem uma boa senha.',
  'field.showPassword': 'Mostrar a senha',
  'field.code': 'Código de 6 dígitos',
  'field.appCode': 'Código do seu aplicativo autenticador',
  'field.anyCode': 'Código',
  'field.anyCode.hint': 'Seis dígitos do seu aplicativo autenticador, ou um dos seus códigos de recuperação.',
  'field.rememberDevice': 'Não perguntar neste dispositivo por 30 dias',

  continue: 'Continuar',
  passkey: 'Usar uma chave de acesso',
  provider: 'Continuar com {provider}',
  mailCode: 'Enviar um código por e-mail',
  mailAgain: 'Enviar uma nova mensagem',
  otherWay: 'Entrar de outra forma',
  haveCode: 'Tenho um código de uma mensagem',
  sentTo: 'Enviado para',
  account: 'Conta',
  signedInAs: 'Você entrou como',
  goOn: 'Continuar com esta conta',
  otherAccount: 'Entrar com outra conta',
  'noscript.passkey': 'Uma chave de acesso precisa de JavaScript, que está desligado neste navegador.',
  'noscript.link':
    'O link da mensagem precisa de JavaScript, que está desligado neste navegador. Digite o código da mensagem.',

  'app.named': 'Depois você continua em {app}.',
  'app.onThisDevice': 'Depois você continua em um aplicativo deste dispositivo.',
  'enter.heading': 'Entrar em {brand}',
  'enter.button': 'Entrar',
  'enter.forgotten': 'Esqueceu a senha?',
  'enter.newHere': 'Primeira vez aqui?',
  'enter.create': 'Criar uma conta',
  'code.heading': 'Veja seu e-mail',
  'code.why':
    'Se existe uma conta com este endereço, uma mensagem com um código está a caminho. Veja também a pasta de spam. O link da mensagem também funciona.',
  'code.heading.typed': 'Entrar com um código',
  'code.why.typed': 'Digite seu endereço de e-mail e o código de 6 dígitos da mensagem.',
  'second.heading': 'Mais um passo',
  'second.why': 'Sua conta pede um segundo fator.',
  'second.why.passkey': 'Sua conta pede uma chave de acesso.',
  'factor.why': 'Isto precisa de um segundo fator. Você continua conectado.',
  'fresh.heading': 'Confirme que é você',
  'fresh.why': 'Você entrou há mais de dez minutos. Isto precisa de uma nova confirmação. Você continua conectado.',
  'link.why': 'Aperte o botão para entrar na sua conta neste navegador.',
  'link.notYou': 'Continue somente se você mesmo pediu esta mensagem. Se não, feche esta página.',
  'done.heading': 'Você entrou',
  'done.why': 'Se nada acontecer, aperte o botão.',

  'new.heading': 'Crie sua conta',
  'new.button': 'Criar conta',
  'new.known': 'Já tem uma conta?',
  'new.signIn': 'Entrar',
  'confirm.heading': 'Veja seu e-mail',
  'confirm.why':
    'Uma mensagem com um código de 6 dígitos está a caminho. Digite o código aqui para confirmar seu endereço. Se você já tem uma conta, a mensagem diz isso.',
  'confirm.otherAddress': 'Usar outro endereço de e-mail',

  'forgot.heading': 'Esqueceu a senha?',
  'forgot.why': 'Digite o endereço de e-mail da sua conta. Enviamos um código para definir uma nova senha.',
  'forgot.back': 'Voltar para a entrada',
  'reset.heading': 'Defina uma nova senha',
  'reset.why':
    'Se existe uma conta com este endereço, uma mensagem com um código está a caminho. Veja também a pasta de spam.',

  'say.email.invalid': 'Digite seu endereço de e-mail, como ada@example.com.',
  'say.password.missing': 'Digite sua senha.',
  'say.password.long': 'Uma senha tem no máximo 1024 caracteres.',
  'say.name.invalid': 'Um nome tem no máximo 200 caracteres, e nenhum invisível.',
  'say.code.form': 'Digite os seis dígitos do código.',
  'say.factor.form': 'Digite seis dígitos do seu aplicativo autenticador, ou um código de recuperação.',
  'say.auth.invalid_credentials':
    'O endereço de e-mail ou a senha está errado, ou o endereço ainda não foi confirmado. Verifique os dois, ou receba um código por e-mail.',
  'say.password.wrong': 'Esta senha está errada. Tente de novo, ou receba um código por e-mail.',
  'say.token.invalid':
    'Este código não funciona. Está errado, já foi usado ou é antigo demais, ou uma mensagem mais nova o substituiu. Verifique o código, ou peça uma nova mensagem.',
  'say.link.invalid':
    'Este link não funciona mais: já foi usado, ou é antigo demais. Digite seu endereço de e-mail para receber uma nova mensagem.',
  'say.link.damaged': 'Este link está incompleto. Copie o link inteiro da mensagem, ou peça uma nova mensagem.',
  'say.mfa.code_invalid':
    'Este código está errado ou já foi usado. Espere o próximo código, ou use um código de recuperação.',
  'say.mfa.challenge_invalid': 'Demorou demais, ou houve muitos códigos errados. Entre de novo.',
  'say.mfa.factor_required': 'Sua conta precisa do segundo fator aqui.',
  'say.passkey.invalid': 'Esta chave de acesso não funciona aqui. Tente outra, ou entre de outra forma.',
  'say.passkey.cancelled': 'Nenhuma chave de acesso foi usada. Tente de novo, ou entre de outra forma.',
  'say.provider.failed': 'A entrada com o provedor não funcionou. Tente de novo, ou entre de outra forma.',
  'say.provider.flow_invalid':
    'Esta entrada já terminou, ou demorou demais. Volte à página de onde veio e comece de novo, ou entre aqui.',
  'say.user.email_taken': 'Já existe uma conta com este endereço de e-mail. Entre com ela, ou use outro endereço.',
  'say.user.password_refused': 'Escolha outra senha.',
  'say.user.no_password': 'Sua conta não tem senha. Receba um código por e-mail.',
  'say.mail.again':
    'Se este endereço pode receber uma mensagem, uma nova está a caminho. Só o código da mensagem mais nova funciona.',
  'say.reset': 'Sua senha foi alterada. Entre com a nova.',
  'say.expired': 'Esta página esperou demais. Comece de novo.',
  'say.signedOut': 'Você saiu da conta enquanto isso. Entre de novo.',
  'say.ended': 'Sua sessão terminou. Entre de novo.',
  'say.left': 'Você saiu da conta.',
  'say.cookies':
    'Você não entrou: este navegador não guardou nosso cookie. Permita cookies para {host} nas configurações, depois entre de novo.',
  'say.request.origin_refused':
    'Nada foi feito: este formulário não veio de {host}. Preencha o formulário aqui, ou abra esta página em outro navegador.',
  'say.request.invalid': 'Um campo deste formulário não é válido. Verifique o formulário e tente de novo.',
  'say.request.rate_limited': 'Tentativas demais. Tente de novo {when}.',
  'say.server.busy': 'O servidor está ocupado. Tente de novo daqui a pouco.',
  'say.server.error': 'Algo deu errado do nosso lado. Tente de novo daqui a pouco.',
  'say.offline': 'O servidor não respondeu. Verifique sua conexão e tente de novo.',

  'refused.short': 'É curta demais: precisa de no mínimo {min, plural, one {# caractere} other {# caracteres}}.',
  'refused.long': 'É longa demais.',
  'refused.common': 'É uma das senhas mais usadas.',
  'refused.context': 'Consiste principalmente no seu nome, no seu endereço de e-mail ou no nome deste serviço.',
  'refused.stolen': 'Está em uma lista de senhas roubadas.',
}
