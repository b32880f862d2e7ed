import type { en } from './en.ts'

/** In Portuguese. If a message of the English file is missing here, the code does not compile. */
export const pt: Record<keyof typeof en, string> = {
  'out.heading': 'Boas-vindas a {brand}',
  'out.why': 'Entre para abrir a sua conta, ou crie uma.',
  'out.signIn': 'Entrar',
  'out.signUp': 'Criar conta',
  'in.heading': 'A sua sessão está aberta',
  'in.as': 'Sessão de',
  'in.signOut': 'Sair',
  'go.account': 'A sua conta',
  'go.account.why': 'Perfil, senha, chaves de acesso, dispositivos e aplicativos',
  'go.manage': 'Console',
  'go.manage.why': 'Pessoas, organizações, aplicativos e o registro de auditoria',
  'go.docs': 'Documentação',
  'go.docs.why': 'Guias, a API e os seus erros',
  'missing.heading': 'Esta página não existe',
  'missing.why': 'O endereço está errado, ou a página mudou de lugar. Nada foi alterado.',
  'failed.heading': 'Não deu certo',
  'failed.request': 'Se acontecer de novo, informe este número ao administrador: {request}',
  'failed.busy.heading': 'Tente de novo daqui a pouco',
  'failed.busy':
    'O servidor está muito ocupado, ou está recebendo uma nova versão. Aguarde um pouco e recarregue a página.',
  'go.home': 'Para a página inicial',
}
