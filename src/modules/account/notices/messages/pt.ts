import type { NoticeTexts } from './en.ts'

/** What the account page says of notifications, in Portuguese. */
export const pt: NoticeTexts = {
  notifications: 'Notificações',
  notificationsText: 'O que o serviço e as suas organizações comunicaram a você nos últimos 90 dias.',
  notificationsList: 'Suas notificações',
  notificationsNone: 'Não há notificações.',
  notificationsUnread: 'Notificações, {count} não lidas',
  notificationNew: 'Nova',
  notificationRead: 'Marcar como lida',
  notificationUnread: 'Marcar como não lida',
  notificationsReadAll: 'Marcar todas como lidas',
  notificationsAllRead: 'Todas estão marcadas como lidas.',
  choices: 'Como as notificações chegam até você',
  choicesText: 'Um e-mail chega no máximo uma vez por dia, e somente quando você esteve ausente.',
  choiceDefault: 'Todos os outros tipos',
  choiceMail: 'Aqui e por e-mail',
  choiceHere: 'Somente aqui',
  choiceOff: 'De nenhuma forma',
  choiceAsOthers: 'Como todos os outros tipos',
}
