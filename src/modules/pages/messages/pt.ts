import type { en } from './en.ts'

/**
 * The texts of the pages in Portuguese. If a message of the English file is missing here, the code does not compile.
 */
export const pt: Record<keyof typeof en, string> = {
  'field.email': 'Endereço de e-mail',
  'field.email.hint': 'por exemplo, ada@example.com',
  'field.code': 'Código de 6 dígitos',
  'field.code.hint': 'seis dígitos, que estão no e-mail',
  'field.factor': 'Código',
  'field.factor.hint': 'Seis dígitos do seu aplicativo autenticador ou um dos seus códigos de recuperação.',
  'field.rememberDevice': 'Não perguntar neste dispositivo por 30 dias',
  'field.password': 'Nova senha',
  'field.password.hint':
    'Pelo menos {min, plural, one {# caractere} other {# caracteres}}. Algumas palavras fáceis de lembrar formam uma boa senha.',
  'field.password.show': 'Mostrar senha',

  'code.why': 'Digite seu endereço de e-mail e o código de 6 dígitos que está no e-mail.',
  'code.ask': 'Enviar um novo e-mail',
  'ask.heading': 'Receber um novo e-mail',
  'ask.why': 'Digite seu endereço de e-mail e enviaremos um novo link e um novo código.',
  'ask.button': 'Enviar e-mail',
  'ask.code': 'Já tenho um código',
  'factor.heading': 'Mais um passo',
  'factor.why': 'A sua conta pede um segundo fator.',
  'factor.button': 'Entrar',
  'factor.passkey': 'Usar uma chave de acesso',
  'done.return': 'Continuar para {brand}',
  late: 'Carregando. Se nada acontecer, recarregue esta página: o link continua valendo.',
  noscript:
    'Esta página precisa de JavaScript, que está desativado. Ative-o e abra de novo o link do e-mail. O link continua valendo: abri-lo não o consome.',

  'say.link.invalid': 'Este link não funciona mais: já foi usado ou expirou.',
  'say.link.damaged': 'Este link está incompleto. Copie-o inteiro do e-mail ou peça um novo.',
  'say.code.invalid':
    'Este código não funciona: está errado, já foi usado, expirou ou foi substituído por um e-mail mais novo. Confira-o ou peça um novo e-mail.',
  'say.mfa.required':
    'A sua conta pede também uma chave de acesso, que este navegador não aceita. Você não entrou: use outro navegador.',
  'say.passkey.invalid': 'Esta chave de acesso não funciona aqui. Tente outra ou entre de outro modo.',
  'say.passkey.cancelled': 'Nenhuma chave de acesso foi usada. Tente de novo ou entre de outro modo.',
  'say.mfa.code_invalid': 'Este código está errado ou já foi usado. Espere o próximo ou use um código de recuperação.',
  'say.mfa.challenge_invalid': 'Demorou demais, ou foram tentativas demais. Peça um novo e-mail para recomeçar.',
  'say.mail.requested':
    'Se houver uma conta com este endereço, um e-mail está a caminho. Olhe também a pasta de spam e, depois, digite o código aqui ou abra o link.',
  'say.user.email_taken': 'Outra conta já usa este endereço de e-mail. Entre com ela ou use outro endereço.',
  'say.user.password_refused':
    'Escolha outra senha: longa, pouco comum e que não lembre seu nome, seu e-mail ou este serviço.',
  'say.request.origin_refused':
    'Esta página foi aberta em um endereço que não é {host}. Abra o link do e-mail mais uma vez.',
  'say.request.invalid': 'Algo neste formulário não está como deveria. Confira e tente de novo.',
  'say.request.rate_limited': 'Tentativas demais. Tente de novo {when}.',
  'say.server.busy': 'Há muito movimento agora. Tente de novo daqui a pouco.',
  'say.server.error': 'Algo deu errado do nosso lado. Tente de novo daqui a pouco.',
  'say.offline': 'O servidor não respondeu. Verifique sua conexão e tente de novo.',

  'reset-password.noscript': 'Sem JavaScript, você define uma nova senha com um código que enviamos.',
  'reset-password.noscript.link': 'Receber um código',

  'verify-email.link.heading': 'Confirme seu endereço de e-mail',
  'verify-email.link.why': 'Aperte o botão para confirmar que este endereço é seu.',
  'verify-email.link.button': 'Confirmar endereço de e-mail',
  'verify-email.link.notYou': 'Se você não criou uma conta em {brand}, feche esta página. Sem o botão, nada acontece.',
  'verify-email.done.heading': 'Seu endereço de e-mail está confirmado',
  'verify-email.done.why': 'É só isso. Feche esta página e continue onde você criou a conta.',
  'verify-email.say.link.invalid':
    'Este link não funciona mais: já foi usado ou expirou. Se você já confirmou seu endereço, basta entrar.',
  'verify-email.say.mail.requested':
    'Se este endereço ainda precisa ser confirmado, um e-mail está a caminho. Olhe também a pasta de spam e, depois, digite o código aqui ou abra o link.',

  'confirm-email.link.heading': 'Confirme seu novo endereço de e-mail',
  'confirm-email.link.why': 'Aperte o botão, e este endereço passa a ser o da sua conta. Os e-mails virão para cá.',
  'confirm-email.link.button': 'Confirmar novo endereço',
  'confirm-email.link.notYou': 'Se você não pediu isto, feche esta página. Sem o botão, nada acontece.',
  'confirm-email.ask.heading': 'Informe o novo endereço outra vez',
  'confirm-email.ask.why':
    'Entre em {brand} e informe o novo endereço na sua conta mais uma vez. Você receberá um novo e-mail. Até confirmá-lo, sua conta mantém o endereço antigo.',
  'confirm-email.done.heading': 'Seu novo endereço de e-mail está confirmado',
  'confirm-email.done.why': 'Use-o para entrar a partir de agora. Avisamos também o seu endereço antigo.',

  'reset-password.link.heading': 'Defina uma nova senha',
  'reset-password.link.why': 'Ela substitui a senha antiga da sua conta.',
  'reset-password.link.button': 'Definir nova senha',
  'reset-password.link.notYou': 'Se você não pediu isto, feche esta página: sua senha continua a mesma.',
  'reset-password.ask.heading': 'Redefina sua senha',
  'reset-password.ask.why': 'Digite o endereço de e-mail da sua conta e enviaremos um link e um código.',
  'reset-password.done.heading': 'Sua senha foi alterada',
  'reset-password.done.why':
    'Use a nova senha a partir de agora. Onde quer que você estivesse conectado, será preciso entrar de novo.',

  'field.currentPassword': 'Senha',
  'enter.heading': 'Entre primeiro',
  'enter.why': 'Entre com o endereço de e-mail que recebeu o convite.',
  'enter.button': 'Entrar',
  'enter.byMail': 'Entrar por e-mail',
  'new.heading': 'Criar uma conta',
  'new.why': 'Use o endereço de e-mail que recebeu o convite.',
  'new.button': 'Criar conta',
  'new.enter': 'Já tenho uma conta',
  'confirm.heading': 'Confirme seu e-mail',
  'confirm.button': 'Confirmar e-mail',
  'again.why': 'Digite seu endereço de e-mail e enviaremos um novo código.',
  'say.go.on': 'Obrigado. Pressione o botão para continuar.',
  'say.auth.invalid_credentials':
    'O endereço de e-mail ou a senha está errado, ou o endereço ainda não foi confirmado.',
  'say.invitation.not_found':
    'Este convite não funciona com a sua conta: é para outro endereço, já foi usado, foi cancelado ou expirou. Entre com o endereço convidado ou peça um novo convite.',
  'say.invitation.already_member': 'Você já é membro desta organização.',
  'say.invitation.email_unverified': 'Confirme primeiro seu endereço de e-mail. Depois abra o convite de novo.',
  'say.invitation.domain_refused': 'A organização não aceita endereços do seu domínio.',
  'say.org.too_many': 'Você já é membro de organizações demais.',
  'accept-invitation.link.heading': 'Entrar na organização',
  'accept-invitation.link.why':
    'Pressione o botão para aceitar o convite. É preciso ter uma conta com o endereço convidado.',
  'accept-invitation.link.org': 'Organização',
  'accept-invitation.link.inviter': 'Convite de',
  'accept-invitation.link.button': 'Participar',
  'accept-invitation.link.notYou':
    'Se você não conhece a organização do e-mail, feche esta página. Nada acontece sem o botão.',
  'accept-invitation.missing.why':
    'Abra o link do e-mail com o seu convite. Você também encontra o convite na sua conta.',
  'accept-invitation.missing.account': 'Ir para a sua conta',
  'accept-invitation.ask.heading': 'Entrar por e-mail',
  'accept-invitation.ask.why': 'Digite o endereço de e-mail da sua conta e enviaremos um código.',
  'accept-invitation.done.heading': 'Você é membro',
  'accept-invitation.done.why': 'Você pode fechar esta página ou continuar.',
  'accept-invitation.say.user.email_taken': 'Já existe uma conta com este endereço de e-mail. Entre com ela.',
  'accept-invitation.say.mail.requested':
    'Se este endereço puder ser usado, um e-mail está a caminho. Veja também a pasta de spam e digite o código aqui.',
}
