/** The texts of the mails of this feature, in English. */
export const en = {
  'fact.webhookHost': 'Host',
  'webhook-target.subject': 'Events of {brand} are sent to a new host',
  'webhook-target.heading': 'A webhook was set up',
  'webhook-target.why': 'From now on, {brand} sends events to this host. It was set up with your account.',
  'webhook-target.notYou':
    'If it was not you, another person may be using your account. Delete the webhook at once, change your password, and end the sessions that you do not know.',
  'webhook-disabled.subject': 'A webhook of {brand} was disabled',
  'webhook-disabled.heading': 'A webhook was disabled',
  'webhook-disabled.why':
    'The events of {brand} did not arrive at this host for days, or the host said that it takes no more. Nothing is sent there now.',
  'webhook-disabled.notYou':
    'Repair the host, then make the webhook active again. What waited is sent then. Events since then can be sent with a replay for 14 days.',
} as const
