import type { en } from './en.ts'

/** Texts of the mails of this feature, in French. */
export const fr: Record<keyof typeof en, string> = {
  'fact.webhookHost': 'Hôte',
  'webhook-target.subject': 'Les événements de {brand} sont envoyés à un nouvel hôte',
  'webhook-target.heading': 'Un webhook a été configuré',
  'webhook-target.why': 'Désormais, {brand} envoie des événements à cet hôte. Il a été configuré avec votre compte.',
  'webhook-target.notYou':
    'Si ce n’était pas vous, une autre personne utilise peut-être votre compte. Supprimez le webhook tout de suite, changez votre mot de passe et fermez les sessions que vous ne connaissez pas.',
  'webhook-disabled.subject': 'Un webhook de {brand} a été désactivé',
  'webhook-disabled.heading': 'Un webhook a été désactivé',
  'webhook-disabled.why':
    'Les événements de {brand} ne sont pas arrivés à cet hôte pendant des jours, ou l’hôte a répondu qu’il n’en accepte plus. Plus rien n’y est envoyé.',
  'webhook-disabled.notYou':
    'Réparez l’hôte, puis réactivez le webhook. Ce qui attendait est alors envoyé. Les événements suivants peuvent être renvoyés pendant 14 jours.',
}
