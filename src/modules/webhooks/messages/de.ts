import type { en } from './en.ts'

/** Texts of the mails of this feature, in German. */
export const de: Record<keyof typeof en, string> = {
  'fact.webhookHost': 'Ziel',
  'webhook-target.subject': 'Ereignisse von {brand} gehen an einen neuen Host',
  'webhook-target.heading': 'Ein Webhook wurde eingerichtet',
  'webhook-target.why': 'Ab jetzt sendet {brand} Ereignisse an diesen Host. Er wurde mit Ihrem Konto eingerichtet.',
  'webhook-target.notYou':
    'Wenn Sie das nicht waren, benutzt vielleicht eine andere Person Ihr Konto. Löschen Sie den Webhook sofort, ändern Sie Ihr Passwort und beenden Sie die Sitzungen, die Sie nicht kennen.',
  'webhook-disabled.subject': 'Ein Webhook von {brand} wurde abgeschaltet',
  'webhook-disabled.heading': 'Ein Webhook wurde abgeschaltet',
  'webhook-disabled.why':
    'Die Ereignisse von {brand} kamen bei diesem Host tagelang nicht an, oder der Host hat geantwortet, dass er keine mehr annimmt. Es wird nichts mehr dorthin gesendet.',
  'webhook-disabled.notYou':
    'Reparieren Sie den Host und schalten Sie den Webhook wieder ein. Was gewartet hat, wird dann gesendet. Ereignisse seit der Abschaltung können 14 Tage lang nachgesendet werden.',
}
